package feedback

import (
	"strings"
	"testing"

	"mailfate/schemas"
	"mailfate/sources"
)

const noticeHead = "Return-Path: <>\nReceived: by mx; Mon, 21 Sep 2026 14:00:05 +0200\nMessage-ID: <notice@isp.example>\n" +
	"From: Mailer <postmaster@isp.example>\nTo: <b@shop.example>\nSubject: Undeliverable\nMIME-Version: 1.0\n"

// A header that is quoted in a page tells the message, however the page sets it,
// and one that is not shown does not. Written by hand.
func TestQuotedInAPage(t *testing.T) {
	const words = "<h3>Delivery has failed to these recipients or groups:</h3>\n<p>reader@isp.example<br>\n#550 5.1.1 RecipNotFound</p>\n"
	const headers = "<p>Original message headers:</p>\n"
	for page, want := range map[string]string{
		words + headers + "<pre>Received: from a by b;\n Mon, 21 Sep 2026 14:00:01 +0200\nMessage-ID: &lt;m1@shop.example&gt;\nSubject: Autumn\n</pre>":               "m1@shop.example",
		words + headers + "<p>\n  Received: from a by b<br>\n  Message-ID: &lt;m1@shop.example&gt;<br>\n  Subject: Autumn<br>\n</p>":                                  "m1@shop.example",
		words + "<p>--- Below this line is a copy of the message.</p>\n<div>From: a@shop.example</div>\n<div>Message-ID: &lt;m1@shop.example&gt;</div>\n<p>Hello</p>": "m1@shop.example",
		words + headers + "<script><pre>\nMessage-ID: &lt;m1@shop.example&gt;\n</pre></script>":                                                                       "",
		words + "<p>Message-ID: &lt;m1@shop.example&gt;</p>":                                                                                                          "", // may be the server's words
	} {
		evs, _ := parse(New(Options{}), []byte(noticeHead+"Content-Type: text/html; charset=utf-8\n\n<html><body>\n"+page+"</body></html>\n"))
		if len(evs) != 1 || evs[0].Kind != schemas.BouncedLater || evs[0].Recipient != "reader@isp.example" || evs[0].Code != 550 {
			t.Errorf("%s: %+v", page, evs)
			continue
		}
		if got := evs[0].MessageID; got != want && (want != "" || !strings.HasPrefix(got, "f:")) {
			t.Errorf("%s: about %q, want %q", page, got, want)
		}
	}
}

// A delivery status that is cut tells of those that it has told of whole, or is kept
// as what can be read of it. One that invents a bounce would be worse than none.
func TestCutDeliveryStatus(t *testing.T) {
	const group = "\nFinal-Recipient: rfc822;reader@isp.example\nAction: failed\nStatus: 5.1.1\n"
	const head = noticeHead + "In-Reply-To: <m1@shop.example>\nContent-Type: multipart/report; report-type=delivery-status; boundary=b1\n\n--b1\n\nWhat failed is below.\n\n" +
		"--b1\nContent-Type: message/delivery-status\n\n"
	const status = "Reporting-MTA: dns; mx.isp.example\n" + group
	for n := range status {
		evs, res := parse(New(Options{}), []byte(head+status[:n]))
		if res.Outcome != sources.Events || len(evs) != 1 || evs[0].Kind != schemas.OtherReport || evs[0].MessageID != "m1@shop.example" || !strings.Contains(evs[0].Reply, "What failed is below.") {
			t.Fatalf("cut at %d: %+v %+v", n, res, evs)
		}
	}
	evs, _ := parse(New(Options{}), []byte(head+status+"\nFinal-Recip"))
	if len(evs) != 1 || evs[0].Kind != schemas.BouncedLater || evs[0].Recipient != "reader@isp.example" {
		t.Errorf("cut behind the first recipient: %+v", evs)
	}
}
