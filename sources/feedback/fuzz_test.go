package feedback

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailfate/schemas"
	"mailfate/sources"
)

const fuzzHead = "Return-Path: <>\nReceived: by mx; Mon, 21 Sep 2026 14:00:05 +0200\n"

func wrapped(reportType, mediaType string, part []byte) []byte {
	return fmt.Appendf(nil, "%sContent-Type: multipart/report; report-type=%s; boundary=b\n\n--b\nContent-Type: %s\n\n%s\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <m@shop.example>\n--b--\n",
		fuzzHead, reportType, mediaType, part)
}

// holds checks what is true of every mail whatever is in it.
func holds(t *testing.T, mail []byte) {
	t.Helper()
	Recognises(mail)
	p := New(options(t))
	evs, res := parse(p, mail)
	if (len(evs) > 0) != (res.Outcome == sources.Events) || (len(evs) == 0 && res.Rule == "") {
		t.Fatalf("%d events, outcome %+v", len(evs), res)
	}
	seen := map[schemas.EventID]bool{}
	for _, ev := range evs {
		bounded := ev
		bounded.Bound()
		if diff := cmp.Diff(ev, bounded); diff != "" {
			t.Errorf("texts are not bounded:\n%s", diff)
		}
		if ev.MessageID == "" || ev.Source != schemas.SourceARF || seen[ev.ID] || ev.Time < 0 || ev.Kind.Derived() || ev.Kind == 0 {
			t.Errorf("bad event %+v", ev)
		}
		if ev.Reason != 0 && !ev.Kind.Has(ev.Reason) {
			t.Errorf("%s has no reason %s", ev.Kind, ev.Reason)
		}
		if ev.Confidence == schemas.ConfidenceStated || (ev.Confidence == schemas.ConfidenceNone) != (ev.Match == schemas.MatchNone) {
			t.Errorf("matched by %q with confidence %q", ev.Match, ev.Confidence)
		}
		if ev.CreatesRecipient() || ev.ForWholeMessage() {
			t.Errorf("%s by mail creates recipients or is about all", ev.Kind)
		}
		if !isClean(ev.Recipient) || !isClean(ev.MessageID) {
			t.Errorf("bad identity %q", ev.Identity)
		}
		seen[ev.ID] = true
	}
	again, _ := parse(New(options(t)), mail)
	if diff := cmp.Diff(evs, again); diff != "" {
		t.Errorf("read again (-once +again):\n%s", diff)
	}
}

func FuzzMail(f *testing.F) {
	for _, mail := range corpus(f) {
		f.Add(mail)
	}
	f.Fuzz(holds)
}

func FuzzDelivery(f *testing.F) {
	f.Add([]byte("Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; reader@isp.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no\n"))
	f.Add([]byte("Original-Recipient: utf-8; j\\x{F6}rg@isp.example\nAction: delayed (later)\nStatus: 4.2.2 (x)\n"))
	f.Fuzz(func(t *testing.T, part []byte) { holds(t, wrapped("delivery-status", "message/delivery-status", part)) })
}

func FuzzFeedback(f *testing.F) {
	f.Add([]byte("Feedback-Type: abuse\nVersion: 1\nOriginal-Mail-From: <SRS0=a=b=shop.example=bounce+m+r=isp.example@x>\nOriginal-Rcpt-To: <reader@isp.example>\n"))
	f.Add([]byte("Feedback-Type: auth-failure\nAuth-Failure: dmarc\nOriginal-Envelope-Id: e\n"))
	f.Fuzz(func(t *testing.T, part []byte) { holds(t, wrapped("feedback-report", "message/feedback-report", part)) })
}

func FuzzPlain(f *testing.F) {
	for path, mail := range corpus(f) {
		if strings.Contains(path, "plain/") {
			_, body := splitMail(mail)
			f.Add(body)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		holds(t, append([]byte(fuzzHead+"X-Failed-Recipients: reader@isp.example\n\n"), text...))
	})
}

func FuzzXARF(f *testing.F) {
	for path, mail := range corpus(f) {
		if _, text, found := bytes.Cut(mail, []byte("Content-Type: application/json; name=\"xarf.json\"\n\n")); found && strings.Contains(path, "xarf/") {
			text, _, _ = bytes.Cut(text, []byte("\n--b1"))
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) { holds(t, wrapped("feedback-report", "application/json", text)) })
}

func FuzzPage(f *testing.F) {
	for path, mail := range corpus(f) {
		if strings.Contains(path, "html") {
			_, body := splitMail(mail)
			f.Add(body)
		}
	}
	f.Add([]byte("<p>Delivery has failed to these recipients or groups:<p>reader@isp.example<br>550 5.1.1<![CDATA[x]]><textarea><title></p>"))
	f.Fuzz(func(t *testing.T, page []byte) {
		holds(t, append([]byte(fuzzHead+"Content-Type: text/html\n\n"), page...))
	})
}

// bombs are mails that are small or plain to look at and made to cost much.
var bombs = sync.OnceValue(func() map[string][]byte {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	zeros := make([]byte, 1<<20)
	for range 512 {
		_, _ = z.Write(zeros) // a buffer takes everything
	}
	_ = z.Close()
	packed := base64.StdEncoding.EncodeToString(zipped.Bytes())
	nested := fuzzHead
	for i := range 5000 {
		nested += fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	head := fuzzHead + "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
	forged := strings.Repeat(IDHeader+": k1."+strings.Repeat("A", 4000)+"."+strings.Repeat("A", 22)+"\n", 62)
	complaint := "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n"
	for i := range maxRecipients + 20 {
		complaint += fmt.Sprintf("Original-Rcpt-To: r%d@isp.example\n", i)
	}
	return map[string][]byte{
		"gzip":       []byte(head + "--b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n" + packed + "\n--b--\n"),
		"parts":      []byte(head + strings.Repeat("--b\n\nx\n", 100_000)),
		"reports":    []byte(head + strings.Repeat("--b\nContent-Type: message/rfc822\n\nContent-Type: multipart/report; boundary=c\n\n--c\n\nx\n", 50_000)),
		"nested":     []byte(nested),
		"boundaries": []byte(strings.ReplaceAll(head, "boundary=b", "boundary="+strings.Repeat("-", 70)) + strings.Repeat("-", 8<<20)),
		"fields":     []byte(fuzzHead + strings.Repeat("A: b\n", 1<<20) + "\nx\n"),
		"folded":     []byte(fuzzHead + "To: " + strings.Repeat("\n ,<a@b.example>", 10_000) + "\n\nx\n"),
		"recipients": wrapped("delivery-status", "message/delivery-status", []byte(strings.Repeat("Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.0.0\n\n", 100_000))),
		"addresses":  []byte(fuzzHead + "X-Failed-Recipients: " + strings.Repeat("a@b.example,", 10_000) + "\n\nUnable to deliver message to the following address(es).\n\n" + strings.Repeat("<a@b.example>:\n\n", 100_000)),
		"complaints": []byte(forged + fuzzHead + "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n" + strings.Repeat(complaint+"\n", maxParts-2) + "--b--\n"),
		"lines":      append([]byte(fuzzHead+"\n"), bytes.Repeat([]byte("\n"), 8<<20)...),
		"base64":     []byte(fuzzHead + "Content-Transfer-Encoding: base64\n\n" + strings.Repeat("QUJD", 2<<20)),
		"flowed":     []byte(fuzzHead + "Content-Type: text/plain; format=flowed; delsp=yes\n\n" + strings.Repeat("x \n", 2<<20)),
		"page":       []byte(fuzzHead + "Content-Type: text/html\n\n" + strings.Repeat("<p>x</p><style><!--", 500_000)),
		"JSON":       wrapped("feedback-report", "application/json", []byte(`{"xarf_version":"4","evidence":`+strings.Repeat("[", 200_000))),
		"words":      []byte(fuzzHead + "Subject: " + strings.Repeat("=?utf-8?b?eA==?= ", 12_000) + "\n\nx\n"),
	}
})

// TestBombs holds that hostile mails cost little. The bound is far above what they
// take, and far below what they would if something grew with their square.
func TestBombs(t *testing.T) {
	if raced {
		t.Skip("one goroutine, whom the race detector makes ten times as slow; make test runs this without it")
	}
	const most = 2 * time.Second
	for name, data := range bombs() {
		before := processorTime(t)
		holds(t, data)
		if took := processorTime(t) - before; took > most {
			t.Errorf("%s: %d bytes took %s of a processor", name, len(data), took)
		}
	}
}

// processorTime is what this process has taken, whatever else the machine does.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
