package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"mailfate/pipeline/classify"
	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/feedback"
)

// returnedCommand makes this program read mails and replies, in place of measuring.
const returnedCommand = "returned"

// enough is how long each kind is read for, in seconds of a core.
const enough = 2.0

// A returned is what was found in mails and in replies of servers, and how fast.
type returned struct {
	Mails    int     `json:"mails"`
	Delivery int     `json:"delivery"` // mails that say of somebody what became of it
	Feedback int     `json:"feedback"` // complaints and the like
	Other    int     `json:"other"`    // kept
	Nothing  int     `json:"nothing"`
	MailRate float64 `json:"mail_rate"` // by second of a core

	Replies   int     `json:"replies"`
	Decided   int     `json:"decided"`
	WrongHard int     `json:"wrong_hard"`
	Missed    int     `json:"missed"` // hard ones
	ReplyRate float64 `json:"reply_rate"`
}

// readReturned reads all mails below a folder, and labelled replies, and prints what
// it found.
func readReturned(mails string, replies []string) error {
	var r returned
	if err := r.readMails(mails); err != nil {
		return err
	}
	if err := r.readReplies(replies); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(&r)
}

func (r *returned) readMails(dir string) error {
	var mails [][]byte
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".eml" {
			return err
		}
		data, err := os.ReadFile(path)
		mails = append(mails, data)
		if os.Getenv(listed) != "" {
			what, said := kindOf(data)
			fmt.Fprintf(os.Stderr, "%s\t%s\t%s\n", path, what, said)
		}
		return err
	}); err != nil {
		return fmt.Errorf("read mails: %w", err)
	}
	r.Mails = len(mails)
	for _, data := range mails {
		switch what, _ := kindOf(data); what {
		case "delivery":
			r.Delivery++
		case "feedback":
			r.Feedback++
		case "other":
			r.Other++
		default:
			r.Nothing++
		}
	}
	p := feedback.New(feedback.Options{})
	r.MailRate = rate(len(mails), func() {
		for _, data := range mails {
			p.Line(sources.Line{Data: data}, func(*schemas.Event) {})
		}
	})
	return nil
}

// listed is set where each mail is to be listed with what it is.
const listed = "MAILFATE_LIST"

// kindOf says what a mail is, and what was said in it.
func kindOf(data []byte) (kind, said string) {
	kind = "nothing"
	res := feedback.New(feedback.Options{}).Line(sources.Line{Data: data}, func(ev *schemas.Event) {
		q := classify.Said{Code: ev.Code, Enhanced: ev.Enhanced, Command: ev.Command, Host: ev.Relay, Text: ev.Reply}
		reason := classify.Default().Reply(&q).Reason
		said += fmt.Sprintf("%s %s %s %d %s %s; ", ev.Kind, ev.Recipient, reason, ev.Code, ev.Enhanced, ev.Reply)
		switch ev.Kind {
		case schemas.BouncedLater, schemas.Deferred, schemas.Delivered:
			kind = "delivery"
		case schemas.OtherReport:
			if kind == "nothing" {
				kind = "other"
			}
		default:
			kind = "feedback"
		}
	})
	return kind, said + res.Rule
}

// A reply is one of a corpus, with the reason that a person reads in it.
type reply struct {
	Want, Enhanced, Command, Host, Text string
	Code                                uint16
}

func (r *returned) readReplies(paths []string) error {
	var all []reply
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read replies: %w", err)
		}
		for s := bufio.NewScanner(bytes.NewReader(data)); s.Scan(); {
			var one reply
			if err := json.Unmarshal(s.Bytes(), &one); err != nil {
				return fmt.Errorf("read replies: %w", err)
			}
			all = append(all, one)
		}
	}
	rules := classify.Default()
	judge := func(one *reply) schemas.Reason {
		return rules.Reply(&classify.Said{Code: one.Code, Enhanced: one.Enhanced, Command: one.Command, Host: one.Host, Text: one.Text}).Reason
	}
	r.Replies = len(all)
	for i := range all {
		got := judge(&all[i])
		want, _ := schemas.ParseReason(schemas.Bounced, all[i].Want)
		if got != schemas.Unclassified {
			r.Decided++
		}
		if got.Hard() && !want.Hard() {
			r.WrongHard++
		}
		if want.Hard() && !got.Hard() {
			r.Missed++
		}
	}
	r.ReplyRate = rate(len(all), func() {
		for i := range all {
			judge(&all[i])
		}
	})
	return nil
}

// rate is how many things a core does in a second, where each round does n.
func rate(n int, round func()) float64 {
	round() // what is compiled once is not counted
	begun, rounds := cpu(), 0
	for cpu()-begun < enough {
		round()
		rounds++
	}
	return float64(n*rounds) / (cpu() - begun)
}

// cpu is how long all cores together have worked for this process, in seconds.
func cpu() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
