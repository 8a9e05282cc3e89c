package clickhouse

import (
	"fmt"
	"testing"
)

// BenchmarkReplyFingerprints asks both views about 1.2M failed events of 4.8M.
func BenchmarkReplyFingerprints(b *testing.B) {
	const failed = 1_200_000
	db := migrated(b)
	manyFailed(b, db, failed)
	for _, view := range []string{"reply_fingerprints", "new_replies"} {
		b.Run(view, func(b *testing.B) {
			for b.Loop() {
				numberOf(b, db, "SELECT sum(messages) + uniqExact(example) FROM "+view)
			}
		})
	}
	for _, column := range []string{"fingerprint", "provider"} {
		bytes := numberOf(b, db, "SELECT sum(column_data_compressed_bytes) FROM system.parts_columns WHERE active AND database = currentDatabase() AND table = 'events' AND column = ?", column)
		rows := numberOf(b, db, "SELECT sum(rows) FROM system.parts WHERE active AND database = currentDatabase() AND table = 'events'")
		b.Run("bytes of "+column, func(b *testing.B) {
			for b.Loop() { // there is nothing to time
			}
			b.ReportMetric(float64(bytes)/float64(rows), "bytes/event")
		})
	}
}

// manyFailed writes as many events that failed, and three times as many that did
// not, of 30 days, a tenth of them twice: 600 wordings of 12 providers.
func manyFailed(b *testing.B, db *DB, failed int) {
	b.Helper()
	const (
		parts = 4
		sql   = `INSERT INTO events (message_id, event_id, time, kind, recipient, remarks, fingerprint, provider)
			SELECT lower(hex(sipHash128(number))) || '@news.example', cityHash64(number), toDateTime64('2026-10-01 00:00:00', 3) + number %% 2592000,
				if(number %% 4 = 0, 'bounced', 'delivered'), 'r' || toString(number %% 1000003) || '@example.org', 'said ' || toString(number),
				if(number %% 4 = 0, leftPad(hex(cityHash64(cityHash64(number) %% 600)), 16, '0'), ''),
				if(number %% 4 = 0, 'provider' || toString(number %% 12), '')
			FROM numbers(%d, %d)`
	)
	n := 4 * failed / parts
	for part := range parts {
		exec(b, db, fmt.Sprintf(sql, part*n, n), fmt.Sprintf(sql, part*n, n/10))
	}
	exec(b, db, `INSERT INTO reply_templates (fingerprint, provider, template, reason, rule, example)
		SELECT leftPad(hex(cityHash64(intDiv(number, 12))), 16, '0'), 'provider' || toString(number % 12), 'template', 'policy', 'policy.words', 'example ' || toString(number)
		FROM numbers(7200)`)
}
