package faults

import (
	"context"
	"testing"
)

// TestUndisturbed is a run in which nothing goes wrong: what is told from it here
// must be told from the others too.
func TestUndisturbed(t *testing.T) {
	sideBySide(t, func(t *testing.T, k kind) {
		run(t, ask{name: "none", seed: seed(t), in: parts, broker: k})
	})
}

// TestVerdict takes a row away, adds one and changes one: the verdict sees it.
func TestVerdict(t *testing.T) {
	needServer(t)
	ctx := t.Context()
	_, ought, err := expected(ctx, 1, 300, 1)
	if err != nil {
		t.Fatal(err)
	}
	_, is, err := expected(ctx, 1, 301, 1)
	if err != nil {
		t.Fatal(err)
	}
	conn := openVerdict(t, ought)
	v, err := judge(ctx, conn, ought, ought)
	if err != nil || !v.exact() || v.rows == 0 {
		t.Fatalf("a database and itself: %v, %v", v, err)
	}
	for _, c := range []struct{ what, change string }{
		{"lost", "ALTER TABLE " + is + ".message_status DELETE WHERE recipient = (SELECT min(recipient) FROM " + is + ".message_status) SETTINGS mutations_sync = 2"},
		{"different", "INSERT INTO " + is + ".message_status (message_id, recipient, account, opens, revision, first_at, last_at) SELECT message_id, recipient, account, opens + 1, revision + 1, first_at, last_at FROM " + is + ".message_status LIMIT 1"},
		{"doubled", "INSERT INTO " + is + ".events (message_id, event_id, time) VALUES ('nobody sent this', 1, 0)"},
	} {
		if err := conn.Conn().Exec(context.Background(), c.change); err != nil {
			t.Fatal(err)
		}
		v, err := judge(ctx, conn, is, ought)
		if err != nil {
			t.Fatal(err)
		}
		if n := map[string]uint64{"lost": v.lost, "doubled": v.doubled, "different": v.different}[c.what]; n == 0 {
			t.Errorf("%s is not seen: %v", c.what, v)
		}
	}
}
