package schemas

// Canonical is mailfate's own vocabulary.
//
// Stronger evidence wins between its stages: the reader's doing over transport
// over the platform's decisions. A bounce after delivery wins over delivery and
// over older engagement; the first engagement after it wins back.
var Canonical = mustCompile(&Vocabulary{
	Name:   "canonical",
	Source: "mailfate",
	Groups: map[string]string{
		"W": "none received scheduled in_moderation quarantined blocked depleted throttled processing",
		"Q": "queued deferred",
		"D": "W Q delivered spam_foldered returned",
		"E": "opened read clicked unsubscribed",
		"Z": "refused suppressed cancelled invalid lost failed bounced_hard bounced_soft expired returned deferred blocked quarantined",
	},
	Rows: []StatusRow{
		{ID: noneName, Meaning: "nothing is known of it", Outcome: Pending},
		{
			ID: "received", Meaning: "ours, nothing done yet", Step: "1", Outcome: Pending,
			Reached: "A < none; renewed < depleted; released{requeue} < scheduled blocked quarantined; resend < Z",
		},
		{ID: "refused", Meaning: "never taken over", Step: "1", Final: true, Outcome: Failure, Reached: "refused < none"},
		{ID: "scheduled", Meaning: "waits for its time", Step: "2", Outcome: Pending, Reached: "scheduled < W; released{later} < blocked quarantined"},
		{ID: "in_moderation", Meaning: "waits for a person", Step: "2", Outcome: Pending, Reached: "moderation_pending < W"},
		{ID: "quarantined", Meaning: "failed the check", Step: "2", Outcome: Failure, Reached: "quarantined < W Q"},
		{ID: "blocked", Meaning: "campaign stopped as spam", Step: "2", Outcome: Failure, Reached: "blocked < W Q"},
		{ID: "depleted", Meaning: "waits for credit", Step: "2", Outcome: Pending, Reached: "depleted < W"},
		{ID: "throttled", Meaning: "slowed by us", Step: "2", Outcome: Pending, Reached: "throttled < W"},
		{ID: "processing", Meaning: "prepared", Step: "2", Outcome: Pending, Reached: "treated < W; moderation_accepted < in_moderation quarantined"},
		{ID: "suppressed", Meaning: "on a list", Step: "2", Final: true, Outcome: Failure, Reached: "suppressed, filtered < W Q"},
		{
			ID: "cancelled", Meaning: "called off", Step: "2", Final: true, Outcome: Failure,
			Reached: "cancelled < W Q; discarded < depleted; released{as_new} < blocked quarantined",
		},
		{ID: "invalid", Meaning: "defect in it", Step: "2", Final: true, Outcome: Failure, Reached: "invalid < W Q"},
		{ID: "lost", Meaning: "its text is gone", Step: "2", Final: true, Outcome: Failure, Reached: "lost < W Q"},
		{ID: "failed", Meaning: "our failure", Step: "2", Final: true, Outcome: Failure, Reached: "internal_error < W Q"},
		{ID: "queued", Meaning: "in an MTA of ours", Step: "3", Outcome: Pending, Reached: "queued, relayed < W"},
		{ID: "deferred", Meaning: "tried, will be tried again", Step: "3", Outcome: Pending, Reached: "deferred < W queued"},
		{ID: "delivered", Meaning: "accepted by their server", Step: "3", Outcome: Success, Reached: "delivered < W Q; not_spam < spam_foldered"},
		{ID: "bounced_hard", Meaning: "refused, the address is bad", Step: "3", Final: true, Outcome: Failure, Reached: "bounced{hard} < W Q"},
		{ID: "bounced_soft", Meaning: "refused, the address may be good", Step: "3", Final: true, Outcome: Failure, Reached: "bounced{soft} < W Q"},
		{ID: "expired", Meaning: "gave up", Step: "3", Final: true, Outcome: Failure, Reached: "expired < W Q"},
		{ID: "returned", Meaning: "accepted, then sent back", Step: "3", Outcome: Failure, Reached: "bounced_later < D E"},
		{ID: "spam_foldered", Meaning: "filed as spam", Step: "3", Outcome: Success, Reached: "spam_foldered < W Q delivered"},
		{ID: "opened", Meaning: "seen", Step: "4", Outcome: Success, Reached: "opened < D"},
		{ID: "read", Meaning: "seen for more than 5 s", Step: "4", Outcome: Success, Reached: "read < D opened"},
		{ID: "clicked", Meaning: "followed a link", Step: "4", Outcome: Success, Reached: "clicked < D opened read"},
		{ID: "unsubscribed", Meaning: "opted out", Step: "4", Outcome: Success, Reached: "unsubscribed < D opened read clicked"},
		{ID: "complained", Meaning: "reported as spam", Step: "4", Final: true, Outcome: Success, Reached: "complained < D E"},
	},
})
