package schemas

import (
	"slices"
	"strings"
	"testing"
)

// kindTable is the closed set of events: by stage, in the order of their rank,
// each with its reasons. * is what only the timeline makes, ! what ends a message.
const kindTable = `
platform
received
refused! syntax credentials policy other
scheduled
moderation_pending
moderation_accepted
quarantined
blocked spam_removed spam_skipped
released requeue later as_new
depleted
renewed
throttled
treated
filtered!
suppressed! unsubscribed complained hard_bounced unreachable unavailable dup_unreachable dup_temporarily_unavailable dup_mailbox_full
cancelled! by_sender campaign_blocked account_blocked
invalid! sender recipient content
lost!
internal_error!
resend
discarded*
transport
queued
relayed*
deferred FAILURES
delivered
bounced FAILURES
bounced_later FAILURES
expired
engagement
opened
read
clicked
unsubscribed
machine_opened*
machine_read*
machine_clicked*
machine_unsubscribed*
feedback
complained
spam_foldered
not_spam
other_report fraud virus auth_failure other
`

// failureTable is the reasons of deferred, bounced and bounced_later, each with
// its class and whose fault it is.
const failureTable = `
user_unknown        H recipient
user_inactive       H recipient
mailbox_discarded   H recipient
address_syntax      H recipient
no_dns              H recipient
domain_inactive     H recipient
mailbox_full        S recipient
not_permitted       S recipient
no_smtp             S their_infrastructure
connection_failed   S their_infrastructure
dns_failure         S their_infrastructure
misconfigured       S their_infrastructure
remote_error        S their_infrastructure
greylisted          S their_infrastructure
rate_limited        S sender_reputation
ip_blocklisted      S sender_reputation
domain_blocklisted  S sender_reputation
policy              S sender_reputation
spam_content        S content
virus               S content
too_large           S content
attachment_refused  S content
auth_failed         S our_infrastructure
tls_required        S our_infrastructure
sender_rejected     S our_infrastructure
protocol_error      S our_infrastructure
local_error         S our_infrastructure
unclassified        S their_infrastructure
`

func tableLines(table string) [][]string {
	var lines [][]string
	for line := range strings.Lines(strings.TrimSpace(table)) {
		lines = append(lines, strings.Fields(line))
	}
	return lines
}

func failureNames() (names []string) {
	for _, line := range tableLines(failureTable) {
		names = append(names, line[0])
	}
	return names
}

func TestKindsAreTheTable(t *testing.T) {
	stages := map[string]Stage{"platform": StagePlatform, "transport": StageTransport, "engagement": StageEngagement, "feedback": StageFeedback}
	next, stage := KindNone+1, Stage(0)
	for _, line := range tableLines(kindTable) {
		if s, ok := stages[line[0]]; ok {
			stage = s
			continue
		}
		name := strings.TrimRight(line[0], "*!")
		k, ok := ParseKind(name)
		if !ok || k != next || k.String() != name {
			t.Fatalf("%s is %v (%d), want %d", name, k, k, next)
		}
		next++
		if k.Stage() != stage {
			t.Errorf("%s is of stage %d, want %d", name, k.Stage(), stage)
		}
		if derived := strings.HasSuffix(line[0], "*"); k.Derived() != derived {
			t.Errorf("%s derived: %v", name, k.Derived())
		}
		if ends := strings.HasSuffix(line[0], "!"); k.Ends() != ends {
			t.Errorf("%s ends: %v", name, k.Ends())
		}
		checkReasons(t, k, line[1:])
	}
	if next != KindCount {
		t.Errorf("%d kinds, want %d", KindCount-1, next-1)
	}
}

func checkReasons(t *testing.T, k Kind, names []string) {
	t.Helper()
	fails := slices.Equal(names, []string{"FAILURES"})
	if fails {
		names = failureNames()
	}
	if k.Fails() != fails {
		t.Errorf("%s fails: %v", k, k.Fails())
	}
	var got []string
	for _, r := range k.Reasons() {
		got = append(got, r.String())
	}
	slices.Sort(got)
	if want := slices.Sorted(slices.Values(names)); !slices.Equal(got, want) {
		t.Errorf("reasons of %s: %v, want %v", k, got, want)
	}
	for r := range ReasonCount {
		if want := r != ReasonNone && slices.Contains(k.Reasons(), r); k.Has(r) != want {
			t.Errorf("%s has %s (%d): %v, want %v", k, r, r, !want, want)
		}
	}
}

func TestFailureReasonsAreTheTable(t *testing.T) {
	seen := map[Reason]bool{}
	for _, line := range tableLines(failureTable) {
		r, ok := ParseReason(Bounced, line[0])
		if !ok {
			t.Errorf("no reason %q", line[0])
			continue
		}
		seen[r] = true
		if hard := line[1] == "H"; r.Hard() != hard {
			t.Errorf("%s is hard: %v", r, r.Hard())
		}
		if r.Fault().String() != line[2] {
			t.Errorf("%s is the fault of %s, want %s", r, r.Fault(), line[2])
		}
	}
	for r := range ReasonCount + 1 {
		if !seen[r] && (r.Hard() || r.Fault() != FaultNone) {
			t.Errorf("%s (%d) is no failure, but is hard: %v, fault %q", r, r, r.Hard(), r.Fault())
		}
	}
}

func TestNamesAreReadAgain(t *testing.T) {
	for k := range KindCount + 2 {
		got, ok := ParseKind(k.String())
		if known := k != KindNone && k < KindCount; ok != known || known && got != k {
			t.Errorf("kind %d, %s: %d %v", k, k, got, ok)
		}
		for _, r := range append(k.Reasons(), ReasonNone) {
			if got, ok := ParseReason(k, r.String()); !ok || got != r {
				t.Errorf("%s{%s}: %d %v, want %d", k, r, got, ok, r)
			}
		}
		if r, ok := ParseReason(k, "nonsense"); ok {
			t.Errorf("%s{nonsense} is %s", k, r)
		}
	}
	for r := range ReasonCount {
		if (r.String() == "") != (r == ReasonNone) {
			t.Errorf("reason %d has no name", r)
		}
	}
	for s := SourcePostfix; ; s++ {
		if strings.HasPrefix(s.String(), "source(") {
			break
		}
		if got, ok := ParseSourceType(s.String()); !ok || got != s {
			t.Errorf("source %s: %d %v", s, got, ok)
		}
	}
	for _, name := range []string{"", "Opened", "kind(0)", "opened "} {
		if k, ok := ParseKind(name); ok {
			t.Errorf("%q is %s", name, k)
		}
		if s, ok := ParseSourceType(name); ok {
			t.Errorf("%q is source %s", name, s)
		}
	}
	if KindCount.Reasons() != nil || KindCount.Has(Policy) || KindCount.Stage() != 0 || (KindCount+1).Stage() != 0 || KindNone.Stage() != 0 {
		t.Error("a kind that does not exist has reasons or a stage")
	}
}

// Stored numbers never change. A new one is appended to these.
func TestStoredNumbers(t *testing.T) {
	for _, c := range []struct {
		name      string
		got, want int
	}{
		{"received", int(Received), 1},
		{"discarded", int(Discarded), 20},
		{"queued", int(Queued), 21},
		{"expired", int(Expired), 27},
		{"opened", int(Opened), 28},
		{"complained", int(Complained), 36},
		{"other_report", int(OtherReport), 39},
		{"syntax", int(Syntax), 1},
		{"as_new", int(AsNew), 12},
		{"suppressed unsubscribed", int(SuppressedUnsubscribed), 13},
		{"by_sender", int(BySender), 21},
		{"user_unknown", int(UserUnknown), 24},
		{"unclassified", int(Unclassified), 50},
		{"fraud", int(Fraud), 51},
		{"auth_failure", int(AuthFailure), 53},
		{"postfix", int(SourcePostfix), 1},
		{"arf", int(SourceARF), 4},
		{"powermta", int(SourcePowerMTA), 5},
		{"kumomta", int(SourceKumoMTA), 6},
		{"sendmail", int(SourceSendmail), 7},
		{"exim", int(SourceExim), 8},
		{"shown", int(Shown), 1},
		{"contested", int(Contested), 8},
	} {
		if c.got != c.want {
			t.Errorf("%s is stored as %d, was %d", c.name, c.got, c.want)
		}
	}
	for s, id := range strings.Fields("none received refused scheduled in_moderation quarantined blocked depleted throttled processing " +
		"suppressed cancelled invalid lost failed queued deferred delivered bounced_hard bounced_soft expired returned spam_foldered " +
		"opened read clicked unsubscribed complained") {
		if got, ok := Canonical.Status(id); !ok || int(got) != s {
			t.Errorf("canonical %s is stored as %d, was %d", id, got, s)
		}
	}
}
