package feedback

import (
	"strings"
	"testing"

	"mailfate/schemas"
)

func TestSigned(t *testing.T) {
	keys := Keys{"k1": []byte("a secret of the tests"), "k2": []byte("another of the tests")}
	if err := keys.Check(); err != nil {
		t.Fatal(err)
	}
	signed, err := keys.Sign("k1", "20260921.17@news.shop.example", "reader@isp.example")
	if err != nil {
		t.Fatal(err)
	}
	folded := signed[:20] + "\r\n\t" + signed[20:]
	for _, v := range []string{signed, folded} {
		if id, to, ok := keys.Verify(v); !ok || id != "20260921.17@news.shop.example" || to != "reader@isp.example" {
			t.Errorf("%q: %q, %q, %v", v, id, to, ok)
		}
	}
	for i := range signed {
		forged := signed[:i] + string(signed[i]^1) + signed[i+1:]
		if id, to, ok := keys.Verify(forged); ok && (id != "20260921.17@news.shop.example" || to != "reader@isp.example") {
			t.Errorf("%q is believed", forged)
		}
	}
	for _, v := range []string{"", ".", "..", "k2" + signed[2:], signed + "x", strings.Repeat("x", 1<<20)} {
		if _, _, ok := keys.Verify(v); ok {
			t.Errorf("%.40q is believed", v)
		}
	}
	if _, _, ok := (Keys{"k2": keys["k2"]}).Verify(signed); ok {
		t.Error("a key that was withdrawn is believed")
	}
	if _, err := keys.Sign("k3", "m", "r"); err == nil {
		t.Error("signed without a key")
	}
	if (Keys{"": nil}).Check() == nil || (Keys{"k": []byte("short")}).Check() == nil {
		t.Error("bad keys are taken")
	}
}

// TestOrderOfMatching takes away what tells the message, the best first.
func TestOrderOfMatching(t *testing.T) {
	opts := options(t)
	signed, err := opts.Keys.Sign("k1", "signed@shop.example", "signed@isp.example")
	if err != nil {
		t.Fatal(err)
	}
	lines := []struct {
		text       string
		match      schemas.Match
		confidence schemas.Confidence
		id, to     string
	}{
		{IDHeader + ": " + signed + "\n", schemas.MatchSigned, schemas.ConfidenceExact, "signed@shop.example", "signed@isp.example"},
		{"CFBL-Feedback-ID: " + signed + "\n", schemas.MatchSigned, schemas.ConfidenceExact, "signed@shop.example", "signed@isp.example"},
		{"Return-Path: <bounce+verp.17+verp=isp.example@shop.example>\n", schemas.MatchAddress, schemas.ConfidenceStrong, "verp.17", "verp@isp.example"},
		{"Message-ID: <m1@relay.example>\nMessage-ID: <m2@shop.example>\n", schemas.MatchMessageID, schemas.ConfidenceStrong, "m2@shop.example", "reader@isp.example"},
		{"Original-Envelope-Id: env-1\n", schemas.MatchEnvelopeID, schemas.ConfidenceLikely, "env-1", "reader@isp.example"},
		{"", schemas.MatchNone, schemas.ConfidenceNone, "", "reader@isp.example"},
	}
	for i, want := range lines {
		var returned, about string
		for _, l := range lines[i:] {
			if l.match == schemas.MatchEnvelopeID {
				about = l.text
			} else {
				returned += l.text
			}
		}
		mail := "Received: by mx; Mon, 21 Sep 2026 14:00:05 +0200\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n" +
			"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n" + about + "\nFinal-Recipient: rfc822; reader@isp.example\nAction: failed\nStatus: 5.1.1\n\n" +
			"--b\nContent-Type: text/rfc822-headers\n\nX-First: x\n" + returned + "\n--b--\n"
		evs, _ := parse(New(opts), []byte(mail))
		if len(evs) != 1 {
			t.Fatalf("%d events of\n%s", len(evs), mail)
		}
		ev := evs[0]
		if ev.Match != want.match || ev.Confidence != want.confidence || want.id != "" && ev.MessageID != want.id || ev.Recipient != want.to {
			t.Errorf("%q: %s %s %s %s", want.text, ev.Match, ev.Confidence, ev.MessageID, ev.Recipient)
		}
		if ev.Confidence == schemas.ConfidenceNone && !strings.HasPrefix(ev.MessageID, "f:") {
			t.Errorf("unmatched is about %s", ev.MessageID)
		}
	}
}

func TestUnwrapped(t *testing.T) {
	for in, want := range map[string]string{
		"b@shop.example":                         "b@shop.example",
		"prvs=1234abcdef=b@shop.example":         "b@shop.example",
		"prvs=b/1234abcdef@shop.example":         "b@shop.example",
		"prvs=short=b@shop.example":              "prvs=short=b@shop.example",
		"SRS0=Ab=ZZ=shop.example=b+c=d@relay":    "b+c=d@shop.example",
		"srs0+Ab=ZZ=shop.example=b@relay":        "b@shop.example",
		"SRS1=Cd=r1==Ab=ZZ=shop.example=b@r2":    "b@shop.example",
		"SRS0=Ab=ZZ=@relay":                      "SRS0=Ab=ZZ=@relay",
		"SRS1=Cd=r1@r2":                          "SRS1=Cd=r1@r2",
		"SRS0=A=Z=s.example=prvs=1234abcdef=b@r": "b@s.example",
		"prvs=":                                  "prvs=",
		"srs0=":                                  "srs0=",
		"":                                       "",
	} {
		if got := unwrapped(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestAddressPatterns(t *testing.T) {
	const local = `^b\+(?P<message_id>[^+@]+)`
	for expression, want := range map[string]bool{
		"(": false, `^bounce@shop\.example$`: false, // no group
		local + `@`: false, local + `@shop\.example`: false, local: false, local + `$`: false,
		local + `@.*$`: false, local + `@[^@]+$`: false, local + `@.*shop\.example$`: false, local + `@shop\..*$`: false,
		local + `@(shop\.example|.*)$`: false, local + `(@shop\.example)?$`: false, local + `@[a-z]+\.example$`: false,
		`(?m)` + local + `@shop\.example$`: false, local + `@example$`: false, local + `@shop\.example(?:$|x)`: false,
		local + `@shop\.example$`: true, local + `@shop\.example\z`: true, `(?i)` + local + `@Shop\.example$`: true,
		local + `@(shop|store)\.example$`: true, local + `@(?:shop\.example|a\.store\.example)$`: true,
		local + `@[a-z0-9]+\.shop\.example$`: true, local + `@(mx\.)?shop\.example$`: true, local + `@mx[0-9]\.shop\.example$`: true,
	} {
		if _, err := ParseAddressPattern(expression); (err == nil) != want {
			t.Errorf("%s: %v", expression, err)
		}
	}
}

func TestDiagnose(t *testing.T) {
	for words, want := range map[string]diagnosis{
		"550 5.1.1 no such user":                         {code: 550, enhanced: "5.1.1"},
		"550-5.1.1 no\n550 5.1.1 such user":              {code: 550, enhanced: "5.1.1"},
		"host x said: 450 later":                         {code: 450},
		"host x said: 452 4.2.2 full (in reply to RCPT)": {code: 452, enhanced: "4.2.2"},
		"no mailbox here by that name. (#5.1.1)":         {enhanced: "5.1.1"},
		"(reason: 550 5.7.1 blocked)":                    {code: 550, enhanced: "5.7.1"},
		"waited 500 seconds, then 550 bytes":             {},
		"550 4.2.2 which of both":                        {code: 550},
		"250 ok":                                         {},
		"smtp;550 5.1.1 x":                               {code: 550, enhanced: "5.1.1"},
		"room #5 of #4.2.1.7 and #2.0.0":                 {},
		"\x00\xff 5":                                     {},
		"":                                               {},
	} {
		if got := diagnose(words); got.code != want.code || got.enhanced != want.enhanced {
			t.Errorf("%q: %+v", words, got)
		}
	}
}
