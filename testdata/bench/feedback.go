package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed sisimai.pl
var sisimai string

// sisimaiNeeds are the packages of Sisimai and what it needs beside Perl.
var sisimaiNeeds = []string{"libsisimai-perl", "libclass-accessor-lite-perl"}

// replies are the labelled replies that both judge.
var replies = []string{"pipeline/classify/testdata/replies.ndjson", "pipeline/classify/testdata/unseen.ndjson", "pipeline/classify/testdata/again.ndjson"}

// returnedTable measures how mails are read that come back, and replies judged,
// beside Sisimai on the same ones.
func (b *bench) returnedTable(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	fmt.Println("| | mails | of deliveries / complaints and the like / other / nothing | mails/s per core | replies | decided | wrong hard / missed hard | replies/s per core |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	if err := returnedRow(ctx, "mailfate", self, append([]string{returnedCommand, b.mails}, replies...)); err != nil {
		return err
	}
	var args []string
	for _, name := range sisimaiNeeds {
		p := peer{name: "Sisimai", of: name, path: "usr/share/perl5"}
		folder, err := p.script(ctx, b.dir)
		if err != nil {
			fmt.Printf("\nNo Sisimai: %v\n", err)
			return nil
		}
		args = append(args, "-I", folder)
	}
	script := filepath.Join(b.dir, "sisimai.pl")
	if err := os.WriteFile(script, []byte(sisimai), 0o600); err != nil {
		return err
	}
	if err := returnedRow(ctx, "Sisimai", "perl", append(append(args, script, b.mails), replies...)); err != nil {
		return err
	}
	load, err := os.ReadFile("/proc/loadavg")
	if err == nil {
		fmt.Printf("\nThe machine's load: %s.\n", strings.Join(strings.Fields(string(load))[:3], " "))
	}
	return nil
}

// returnedRow runs one of the two and prints what it found.
func returnedRow(ctx context.Context, name, program string, args []string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	if cmd.Stderr = nil; os.Getenv(listed) != "" {
		cmd.Stderr = os.Stderr
	}
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("run %s: %w", name, err)
	}
	var r returned
	if err := json.Unmarshal(out, &r); err != nil {
		return fmt.Errorf("read what %s found: %w", name, err)
	}
	fmt.Printf("| %s | %d | %d / %d / %d / %d | %s | %d | %d | %d / %d | %s |\n", name, r.Mails, r.Delivery, r.Feedback, r.Other, r.Nothing,
		count(r.MailRate), r.Replies, r.Decided, r.WrongHard, r.Missed, count(r.ReplyRate))
	return nil
}
