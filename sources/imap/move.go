package imap

import (
	"errors"
	"fmt"

	wire "github.com/emersion/go-imap/v2"
)

// errCannotMove says what a server cannot do.
var errCannotMove = errors.New("the server has neither MOVE nor UIDPLUS: leave move_to out")

// move moves the mails whose events are acknowledged and whose position is kept. If
// the server will not, they stay where they are until there are more.
func (s *session) move() error {
	kept := s.movable()
	if s.opts.MoveTo == "" || kept.Validity != s.at.Validity || kept.UID <= s.moved {
		return nil
	}
	if err := s.open(); err != nil || kept.Validity != s.at.Validity {
		return err // under their numbers there may be other mails now
	}
	done := wire.UIDSet{{Start: 1, Stop: wire.UID(kept.UID)}}
	err := s.moveAll(done)
	if said := new(wire.Error); errors.As(err, &said) && said.Code == wire.ResponseCodeTryCreate {
		s.answer()
		if err = s.client.Create(s.opts.MoveTo, nil).Wait(); err == nil {
			err = s.moveAll(done)
		}
	}
	if err != nil {
		err = fmt.Errorf("move read mails to %s: %w", s.opts.MoveTo, err)
	}
	if err != nil && !refused(err) {
		return err
	}
	s.leave(plain(err))
	s.moved = kept.UID
	return nil
}

// refused reports whether the server has understood and will not, or cannot: the
// connection is as good as before.
func refused(err error) bool {
	said := new(wire.Error)
	return errors.Is(err, errCannotMove) || errors.As(err, &said) && said.Type == wire.StatusResponseTypeNo
}

// moveAll moves mails in one step, or copies them and, when the server has said
// that it did, removes them and no others.
func (s *session) moveAll(mails wire.UIDSet) error {
	s.answer()
	caps := s.client.Caps()
	switch {
	case caps.Has(wire.CapMove):
		_, err := s.client.Move(mails, s.opts.MoveTo).Wait()
		return err
	case !caps.Has(wire.CapUIDPlus):
		return errCannotMove
	}
	if _, err := s.client.Copy(mails, s.opts.MoveTo).Wait(); err != nil {
		return err
	}
	s.answer()
	flag := &wire.StoreFlags{Op: wire.StoreFlagsAdd, Silent: true, Flags: []wire.Flag{wire.FlagDeleted}}
	if err := s.client.Store(mails, flag, nil).Close(); err != nil {
		return err
	}
	s.answer()
	return s.client.UIDExpunge(mails).Close()
}
