package imap

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"strings"
	"time"

	wire "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"mailfate/pipeline/kafkalog"
)

// batch is how many mails are asked for at once, to hide the way to the server.
const batch = 64

// steady is how long a connection must have lasted for the next one to be made at once.
const steady = time.Minute

// run keeps a connection until the reader is closed, or a replay has come to its end.
func (r *reader) run(at position) {
	defer close(r.done)
	wait := kafkalog.Backoff{Max: r.opts.MaxWait}
	for n := 1; ; n++ {
		begun, from := time.Now(), at
		err := r.connect(&at)
		if r.ctx.Err() != nil {
			return
		}
		r.fail(err)
		refused := errors.Is(err, errLogin)
		if !r.opts.Follow && (err == nil || refused || n == attempts) {
			close(r.items)
			return
		}
		if time.Since(begun) > steady || at != from {
			wait.Reset()
		}
		for range tries(refused) {
			wait.Next() // guesses get accounts locked
		}
		if !wait.Wait(r.ctx) {
			return
		}
	}
}

// tries is how many waits are left out after a failure.
func tries(refused bool) int {
	if refused {
		return 20 // so that the next one is the longest
	}
	return 0
}

var errLogin = errors.New("log in")

// grace is how long the client has to notice that its connection was closed. It
// takes as long as it takes to decode what had come.
const grace = 3 * time.Second

// session is one connection. It talks in a goroutine of its own, so that nothing that
// holds the client up, be it a fault of the client's, holds up anybody else.
type session struct {
	*reader
	ctx    context.Context //nolint:containedctx // ends with the connection
	conn   *guard
	client *imapclient.Client
	at     position
	out    chan item
	moved  uint32        // up to this UID nothing is left to be moved
	torn   bool          // a mail broke off; the client reads on by itself and must not be asked to
	news   chan struct{} // the server told of a change
}

// connect reads over one connection until it fails or, in a replay, all is read.
func (r *reader) connect(at *position) error {
	ctx, cancel := context.WithCancel(r.ctx)
	defer cancel()
	dialer := net.Dialer{Timeout: r.opts.Patience}
	conn, err := dialer.DialContext(ctx, "tcp", r.opts.Address)
	if err != nil {
		return err
	}
	s := &session{
		reader: r, ctx: ctx, conn: newGuard(conn, r.opts.Patience), at: *at,
		out: make(chan item), news: make(chan struct{}, 1),
	}
	defer s.conn.rest()
	talked := make(chan error, 1)
	go func() { talked <- s.talk() }()
	for {
		select {
		case err := <-talked:
			return s.conn.why(plain(err))
		case it := <-s.out:
			select {
			case r.items <- it:
				*at = it.at
			case <-ctx.Done():
			}
			continue
		case <-s.conn.ended:
		case <-ctx.Done():
		}
		s.conn.end(ctx.Err())
		cancel()
		select {
		case err := <-talked:
			return s.conn.why(plain(err))
		case <-time.After(grace): // it is left behind: it has nothing in hand but memory
		}
		return s.conn.cause
	}
}

// talk is one connection's whole course.
func (s *session) talk() error {
	defer func() { _ = s.conn.Close() }()
	conn, err := s.secure()
	if err != nil {
		return err
	}
	s.client = imapclient.New(conn, &imapclient.Options{
		UnilateralDataHandler: &imapclient.UnilateralDataHandler{Mailbox: func(*imapclient.UnilateralDataMailbox) { notify(s.news) }},
	})
	defer func() { _ = s.client.Close() }() // it has failed, or we are done
	return s.read()
}

// answer allows the server an answer.
func (s *session) answer() { s.conn.expect(answerBytes, s.opts.Patience) }

func (s *session) read() error {
	s.answer()
	if err := s.client.WaitGreeting(); err != nil {
		return fmt.Errorf("await greeting: %w", err)
	}
	if s.client.State() == wire.ConnStateNotAuthenticated {
		s.answer()
		if err := s.client.Login(s.opts.User, s.opts.Password).Wait(); err != nil {
			return fmt.Errorf("%w: %w", errLogin, err)
		}
	}
	if err := s.open(); err != nil {
		return err
	}
	for {
		validity := s.at.Validity
		if err := s.fetchNew(); err != nil {
			return err
		}
		s.fail(nil)
		if !s.opts.Follow {
			return nil
		}
		if err := s.move(); err != nil {
			return err
		}
		if s.at.Validity != validity {
			continue
		}
		if err := s.await(); err != nil {
			return err
		}
	}
}

// open opens the mailbox, and again to see whether it is still the same.
func (s *session) open() error {
	s.answer()
	box, err := s.client.Select(s.opts.Mailbox, &wire.SelectOptions{ReadOnly: s.opts.MoveTo == ""}).Wait()
	if err != nil {
		return fmt.Errorf("open mailbox: %w", err)
	}
	if box.UIDValidity == 0 {
		return errors.New("open mailbox: the server does not number its mails (UIDVALIDITY)")
	}
	if s.at.Validity != box.UIDValidity {
		s.moved = 0
		return s.hand(item{at: position{Validity: box.UIDValidity}})
	}
	return nil
}

// hand hands an item over, which may take as long as it likes.
func (s *session) hand(it item) error {
	s.conn.rest()
	select {
	case s.out <- it:
		s.at = it.at
		return nil
	case <-s.ctx.Done():
		return s.ctx.Err()
	}
}

// fetchNew hands over all mails behind the position.
func (s *session) fetchNew() error {
	first := wire.UID(s.at.UID) + 1
	if first == 0 {
		return errors.New("the server has run out of numbers for mails")
	}
	s.conn.expect(listBytes, s.opts.Patience)
	found, err := s.client.UIDSearch(&wire.SearchCriteria{UID: []wire.UIDSet{{{Start: first}}}}, nil).Wait()
	if err != nil {
		return fmt.Errorf("look for mail: %w", err)
	}
	set, _ := found.All.(wire.UIDSet)
	for wanted := range batches(set, first) {
		if err := s.fetch(wanted); err != nil {
			return fmt.Errorf("fetch mails with UID %d to %d: %w", wanted[0], wanted[len(wanted)-1], err)
		}
	}
	return nil
}

// batches takes a set apart, in ascending order, without what is below first: a
// server names its last mail where all behind it are asked for.
func batches(set wire.UIDSet, first wire.UID) iter.Seq[[]wire.UID] {
	return func(yield func([]wire.UID) bool) {
		var some []wire.UID
		for _, r := range set {
			for uid := max(r.Start, first); uid <= r.Stop && uid != 0; uid++ {
				if some = append(some, uid); len(some) == batch {
					if !yield(some) {
						return
					}
					some = nil
				}
			}
		}
		if len(some) > 0 {
			yield(some)
		}
	}
}

// fetch hands over the mails of a batch. The position follows them as long as they
// come in the order of their numbers, which they need not, and is in the end that
// of the last, for those that did not come are gone.
func (s *session) fetch(wanted []wire.UID) error {
	section := &wire.FetchItemBodySection{Peek: true, Partial: &wire.SectionPartial{Size: int64(s.opts.MaxMail) + 1}}
	s.conn.expect(lineBytes, s.opts.Patience)
	cmd := s.client.Fetch(wire.UIDSetNum(wanted...), &wire.FetchOptions{UID: true, BodySection: []*wire.FetchItemBodySection{section}})
	end := position{s.at.Validity, uint32(wanted[len(wanted)-1])}
	for {
		msg := cmd.Next()
		if msg == nil {
			break
		}
		it, err := s.mail(msg)
		if err == nil && len(wanted) > 0 && uint32(wanted[0]) == it.uid {
			it.at.UID, wanted = it.uid, wanted[1:]
		}
		if err == nil && it.mail != nil {
			err = s.hand(it)
		}
		if err != nil {
			_ = s.conn.Close() // which ends what the server still has to say
			if !s.torn {
				_ = cmd.Close() // with the error of that
			}
			return err
		}
		s.conn.expect(lineBytes, s.opts.Patience)
	}
	if err := cmd.Close(); err != nil {
		return err
	}
	return s.hand(item{at: end})
}

// mail reads one mail. Its position is the one before it.
func (s *session) mail(msg *imapclient.FetchMessageData) (it item, err error) {
	it.at = s.at
	empty := false
	for {
		switch data := msg.Next().(type) {
		case nil:
			if empty {
				s.lose(it.uid)
			}
			return it, nil
		case imapclient.FetchItemDataUID:
			it.uid = uint32(data.UID)
		case imapclient.FetchItemDataBodySection:
			if empty = data.Literal == nil; empty {
				continue
			}
			if data.Literal.Size() > int64(s.opts.MaxMail)+1 {
				return it, errTalkative
			}
			s.conn.expectMail(data.Literal.Size(), s.opts.Patience)
			if it.mail, err = io.ReadAll(data.Literal); err != nil {
				s.torn = true
				return it, err
			}
			if int64(len(it.mail)) != data.Literal.Size() {
				s.torn = true
				return it, io.ErrUnexpectedEOF
			}
		}
	}
}

// await returns when there may be something to do.
func (s *session) await() error {
	poll := time.NewTimer(s.opts.Poll)
	defer poll.Stop()
	var idle *imapclient.IdleCommand
	s.answer()
	if s.client.Caps().Has(wire.CapIdle) {
		var err error
		if idle, err = s.client.Idle(); err != nil {
			return fmt.Errorf("wait for mail: %w", err)
		}
	}
	s.conn.rest()
	look := idle == nil
	select {
	case <-s.news:
	case <-s.wake:
	case <-poll.C:
		look = true
	case <-s.client.Closed():
	case <-s.ctx.Done():
		return s.ctx.Err()
	}
	if idle != nil {
		s.answer()
		if err := idle.Close(); err != nil {
			return err
		}
		if err := idle.Wait(); err != nil {
			return err
		}
	}
	if look {
		return s.open()
	}
	return nil
}

// maxWords is how much of what a server says is repeated.
const maxWords = 200

// plain returns an error in which what the server says is quoted.
func plain(err error) error {
	var said *wire.Error
	if !errors.As(err, &said) {
		return err
	}
	text := said.Text
	if len(text) > maxWords {
		text = text[:maxWords]
	}
	words := fmt.Sprintf("the server says %s %q", said.Type, text)
	if errors.Is(err, errLogin) {
		return fmt.Errorf("%w: %s", errLogin, words)
	}
	what, _, _ := strings.Cut(err.Error(), ":")
	return fmt.Errorf("%s: %s", what, words)
}

// hint is the remedy for an error.
func hint(err error) string {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	switch {
	case errors.As(err, &unknown):
		return "name the authority of its certificate (tls.ca)"
	case errors.As(err, &name):
		return "name the server as its certificate does (tls.server_name)"
	case errors.Is(err, errLogin):
		return "check user and password"
	case strings.HasPrefix(err.Error(), "open mailbox"):
		return "check the name of the mailbox and the right to read it"
	}
	return "it is tried again"
}
