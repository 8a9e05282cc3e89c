package classify

import (
	"testing"

	"mailfate/schemas"
)

func TestReply(t *testing.T) {
	for _, c := range []struct {
		code     uint16
		enhanced string
		want     schemas.Reason
	}{
		{550, "5.1.1", schemas.UserUnknown},
		{550, "5.2.1", schemas.UserInactive},
		{552, "5.2.2", schemas.MailboxFull},
		{452, "4.2.2", schemas.MailboxFull},
		{0, "5.4.4", schemas.NoDNS},
		{0, "4.4.3", schemas.DNSFailure},
		{0, "4.4.1", schemas.ConnectionFailed},
		{550, "5.7.1", schemas.Policy},
		{550, "5.7.99", schemas.Policy},
		{451, "4.7.1", schemas.Greylisted},
		{421, "4.7.28", schemas.RateLimited},
		{550, "5.7.26", schemas.AuthFailed},
		{451, "4.3.2", schemas.RemoteError},
		{554, "5.3.4", schemas.TooLarge},
		{421, "", schemas.RateLimited},
		{421, "4.7.0", schemas.Unclassified},
		{450, "4.2.1", schemas.Unclassified},
		{550, "5.6.7", schemas.Unclassified},
		{550, "", schemas.Unclassified},
		{0, "", schemas.Unclassified},
		{550, "5.0.0", schemas.Unclassified},
		{550, "nonsense", schemas.Unclassified},
		{550, "5.", schemas.Unclassified},
	} {
		if got := Reply(c.code, c.enhanced); got != c.want {
			t.Errorf("Reply(%d, %q) = %s, want %s", c.code, c.enhanced, got, c.want)
		}
	}
}

func TestPolicyIsNeverHard(t *testing.T) {
	for detail := range 100 {
		if r := Reply(550, "5.7."+string(rune('0'+detail/10))+string(rune('0'+detail%10))); r.Hard() {
			t.Errorf("5.7.%d is %s, which is hard", detail, r)
		}
	}
	for enhanced, r := range byStatus {
		if enhanced[:3] == "5.7" && r.Hard() {
			t.Errorf("%s is %s, which is hard", enhanced, r)
		}
	}
}

func BenchmarkReply(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Reply(550, "5.1.1")
	}
}
