package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"mailfate/testdata/record/journal"
)

// A set is one recording.
type set struct {
	name     string
	logLevel int

	server *server
	log    *journal.Journal
	truth  truth
	sent   time.Time // when the last letter was sent
}

// truth is what became of all that was sent.
type truth struct {
	Year     int       `json:"year"`
	Lines    int       `json:"lines"`
	Messages []outcome `json:"messages"`
}

// An outcome is what became of one letter to one recipient.
type outcome struct {
	MessageID string `json:"message_id"` // "" when the letter had none
	Recipient string `json:"recipient"`
	Via       string `json:"via,omitempty"` // the address that an alias made of it
	Status    string `json:"status"`
	Reply     string `json:"reply,omitempty"` // of a refusal, what sendmail said
	Deferrals int    `json:"deferrals"`       // how often the scripted server said "later"
}

// giveUpAfter is when sendmail gives up, with room to spare.
const giveUpAfter = 28 * time.Second

func (s *set) record(ctx context.Context, out string) error {
	if err := errors.Join(os.MkdirAll(filepath.Dir(out), 0o755), configure(s.logLevel)); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.server = &server{scripts: map[string]script{}, taken: map[letterTo]int{}}
	if err := s.server.listen(ctx); err != nil {
		return err
	}
	var err error
	if s.log, err = journal.Open("/dev/log", hostName); err != nil {
		return err
	}
	failed := s.play()
	text := s.log.Close()
	if failed != nil {
		return errors.Join(failed, os.WriteFile(out+".failed.log", text, 0o644))
	}
	s.truth.Year, s.truth.Lines = s.sent.UTC().Year(), bytes.Count(text, []byte("\n"))
	if err := s.check(); err != nil {
		return errors.Join(err, os.WriteFile(out+".failed.log", text, 0o644))
	}
	told, err := json.MarshalIndent(s.truth, "", "\t")
	if err != nil {
		return fmt.Errorf("write truth: %w", err)
	}
	return errors.Join(os.WriteFile(out+".log", text, 0o644), os.WriteFile(out+".truth.json", append(told, '\n'), 0o644))
}

// play sends everything and lets sendmail try until nothing is left.
func (s *set) play() error {
	programs := submitted(s.name)
	for i := range programs {
		s.learn(&programs[i])
	}
	submit(&programs[0])
	if err := startDaemon(); err != nil {
		return err
	}
	submit(&programs[1])
	failed := errors.Join(s.sendAll(letters(s.name)), s.retry())
	s.log.Quiet()
	return errors.Join(failed, stopDaemon())
}

func (s *set) sendAll(all []letter) error {
	for i := range all {
		l := &all[i]
		s.learn(l)
		refusals, taken, err := l.send()
		if err != nil {
			return fmt.Errorf("send %s: %w", l.id, err)
		}
		for _, p := range l.to {
			if (p.fate == refused) != (refusals[p.address] != "") {
				return fmt.Errorf("send %s to %s: sendmail said %q", l.id, p.address, refusals[p.address])
			}
			if p.fate == refused {
				s.truth.Messages = append(s.truth.Messages, outcome{MessageID: l.id, Recipient: p.address, Status: refused, Reply: refusals[p.address]})
			} else if !taken && p.fate != unsent {
				return fmt.Errorf("send %s to %s: not taken", l.id, p.address)
			}
		}
	}
	return nil
}

// learn tells the scripted server what to say, and notes what must become of the letter.
func (s *set) learn(l *letter) {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	for _, p := range l.to {
		s.server.scripts[strings.ToLower(p.address)] = p.script
		later := 0
		for _, reply := range p.script {
			if strings.HasPrefix(strings.TrimPrefix(reply, "data "), "4") {
				later++
			}
		}
		if p.fate == refused || p.fate == unsent {
			continue
		}
		whom := p.via
		if len(whom) == 0 {
			whom = []string{""}
		}
		for _, via := range whom {
			o := outcome{MessageID: l.id, Recipient: p.address, Via: via, Status: p.fate, Deferrals: later}
			if via == "unlisted@mx.example" {
				s.server.scripts[via] = script{noUser}
				o.Status = bounced
			}
			s.truth.Messages = append(s.truth.Messages, o)
		}
	}
}

// retry runs the queues: soon, after the warnings are due, and after sendmail gives up.
func (s *set) retry() error {
	s.sent = time.Now()
	for _, at := range []time.Duration{0, 6 * time.Second, giveUpAfter, giveUpAfter} {
		s.log.Quiet()
		if wait := time.Until(s.sent.Add(at)); wait > 0 {
			time.Sleep(wait)
		}
		if err := errors.Join(runSubmitQueue(), runQueue()); err != nil {
			return err
		}
	}
	return nil
}

// check holds the truth against what the server and the local mailer took.
func (s *set) check() error {
	kept, err := os.ReadFile("/srv/delivered")
	if err != nil {
		return fmt.Errorf("read local deliveries: %w", err)
	}
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	var errs []error
	if left, _ := filepath.Glob("/srv/mqueue/qf*"); len(left) > 0 { // what is held has another name
		errs = append(errs, fmt.Errorf("%d letters are still in the queue", len(left)))
	}
	for _, o := range s.truth.Messages {
		address := o.Recipient
		if o.Via != "" {
			address = o.Via
		}
		want, n := 0, 0
		if o.Status == delivered {
			want = 1
		}
		local, domain, _ := strings.Cut(address, "@")
		switch {
		case local == "pipe" || o.MessageID == "":
			continue
		case local == "short":
			local = "anna"
		}
		if domain == "mailfate.example" {
			n = bytes.Count(kept, []byte(o.MessageID+" "+local+"\n"))
		} else {
			n = s.server.taken[letterTo{o.MessageID, strings.ToLower(address)}]
		}
		if n != want {
			errs = append(errs, fmt.Errorf("%s to %s: taken %d times, want %d", o.MessageID, address, n, want))
		}
	}
	return errors.Join(errs...)
}
