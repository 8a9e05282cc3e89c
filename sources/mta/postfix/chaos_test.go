package postfix

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// chaos writes lines that no Postfix would log in this order: few queue ids, used
// by several hosts, instances and services at once, with jumps in time.
func chaos(seed uint64, n int) []byte {
	rnd := rand.New(rand.NewPCG(seed, 2))
	pick := func(of ...string) string { return of[rnd.IntN(len(of))] }
	at := start
	var out bytes.Buffer
	for i := range n {
		switch rnd.IntN(20) {
		case 0:
			at = at.Add(time.Duration(rnd.IntN(40)) * time.Hour)
		case 1:
			at = at.Add(-time.Minute)
		default:
			at = at.Add(time.Duration(rnd.IntN(60)) * time.Second)
		}
		id := fmt.Sprintf("3F2A1C%04X", rnd.IntN(24))
		daemonAndText := pick(
			"smtpd[1]: "+id+": client=a[192.0.2.1], sasl_method=PLAIN, sasl_username=u"+fmt.Sprint(i%5),
			"smtpd[2]: "+id+": reject: RCPT from a[192.0.2.1]: 554 5.7.1 <r@b.test>: no; from=<s@x.test> to=<r@b.test> proto=ESMTP helo=<c>",
			"smtpd[2]: disconnect from a[192.0.2.1]",
			"pickup[1]: "+id+": uid=0 from=<root>",
			"cleanup[1]: "+id+": message-id=<"+fmt.Sprint(i)+"@x.test>",
			"cleanup[1]: "+id+": resent-message-id=<r"+fmt.Sprint(i)+"@x.test>",
			"cleanup[1]: "+id+": message-id=<"+id+"@x.test>",
			"qmgr[1]: "+id+": from=<s@x.test>, size=1, nrcpt=1 (queue active)",
			"qmgr[1]: "+id+": from=<>, size=1, nrcpt=1 (queue active)",
			"qmgr[1]: "+id+": from=<s@x.test>, status=expired, returned to sender",
			"qmgr[1]: "+id+": removed",
			"bounce[1]: 3F2A1C0DE1: sender delay notification: "+id,
			"smtp[1]: "+id+": to=<a@b.test>, relay=r, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 Ok)",
			"smtp[1]: "+id+": to=<a@b.test>, relay=none, delay=1, delays=0/0/0/1, dsn=4.0.0, status=deferred (later)",
		)
		tag := pick("postfix/", "postfix/", "postfix-out/", "postfix/relay/", "postfix/submission/")
		fmt.Fprintf(&out, "%s %s %s%s\n", at.Format(time.RFC3339), pick("mx1", "mx1", "mx2"), tag, daemonAndText)
	}
	return out.Bytes()
}

func TestChaosIsTheSameInPieces(t *testing.T) {
	for seed := range uint64(30) {
		options := testOptions()
		options.MaxOpen = 6 + int(seed)
		options.Lifetime = 48 * time.Hour
		formatWith(options).Pieces(t, chaos(seed, 400))
	}
}

func TestChaosIsTheSameWithRoomForLittle(t *testing.T) {
	for seed := range uint64(30) {
		options := testOptions()
		options.Lifetime = 48 * time.Hour
		whole := formatWith(options)
		options.MaxOpen = 1 + int(seed%5)
		whole.Recall(t, seed, formatWith(options).New, chaos(seed, 400))
	}
}
