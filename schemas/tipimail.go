package schemas

// Tipimail is the vocabulary of Tipimail. Its two statuses called Error are told
// apart by their step, and its spellings are kept, Deffered and Harbounce too.
var Tipimail = mustCompile(&Vocabulary{
	Name:   "tipimail",
	Source: "Tipimail: Emails status",
	Groups: map[string]string{
		"W": "none pending treated deferred accepted depleted pending_moderation scheduled quarantine",
		"E": "opened read clicked unsubscribed",
		"G": "softbounce harbounce",
		"D": "W G delivered",
	},
	Hard: []Reason{NoSMTP},
	Rows: []StatusRow{
		{ID: noneName, Meaning: "nothing is known of it", Outcome: Pending},
		{ID: "received_error", Text: "Error", Meaning: "request refused", Step: "1", Final: true, Outcome: Failure, Reached: "refused < none"},
		{
			ID: "pending", Text: "Pending", Meaning: "request taken", Step: "1", Outcome: Pending,
			Reached: "A < none; renewed < depleted; released < scheduled; resend < G received_error rejected filtered treated_error quarantine",
		},
		{ID: "treated", Text: "Treated", Meaning: "ready to go out", Step: "2", Outcome: Pending, Reached: "treated, queued, relayed < W"},
		{
			ID: "rejected", Text: "Rejected", Meaning: "we will not send: the account's list, or called off", Step: "2", Final: true, Outcome: Failure,
			Reached: "suppressed, cancelled < W; discarded < depleted",
		},
		{ID: "treated_error", Text: "Error", Meaning: "defect or our failure", Step: "2", Final: true, Outcome: Failure, Reached: "invalid, lost, internal_error < W"},
		{ID: "deferred", Text: "Deffered", Meaning: "throttled by us", Step: "2", Outcome: Pending, Reached: "throttled < W"},
		{
			ID: "accepted", Text: "Accepted", Meaning: "passed moderation", Step: "2", Outcome: Pending,
			Reached: "moderation_accepted < pending_moderation quarantine; released{requeue}, released{later} < quarantine",
		},
		{ID: "depleted", Text: "Depleted", Meaning: "no credit, kept 24 h", Step: "2", Outcome: Pending, Reached: "depleted < W"},
		{ID: "pending_moderation", Text: "Pending moderation", Meaning: "waits for a person", Step: "2", Outcome: Pending, Reached: "moderation_pending < W"},
		{ID: "filtered", Text: "Filtered", Meaning: "the platform's list", Step: "2", Final: true, Outcome: Failure, Reached: "filtered < W"},
		{ID: "scheduled", Text: "Scheduled", Meaning: "waits for its time", Step: "2", Outcome: Pending, Reached: "scheduled < W"},
		{ID: "quarantine", Text: "Quarantine", Meaning: "failed moderation, or campaign stopped", Step: "2", Outcome: Failure, Reached: "quarantined, blocked < W"},
		{ID: "delivered", Text: "Delivered", Meaning: "sent, nothing bad came back", Step: "3", Outcome: Success, Reached: "delivered < W softbounce"},
		{ID: "harbounce", Text: "Harbounce", Meaning: "address or domain does not exist", Step: "3", Outcome: Failure, Reached: "B{hard} < W E delivered softbounce"},
		{
			ID: "softbounce", Text: "Softbounce", Meaning: "exists, cannot be delivered now", Step: "3", Outcome: Pending,
			Reached: "deferred < W; expired < W; B{soft} < W E delivered",
		},
		{ID: "opened", Text: "Opened", Meaning: "pixel loaded", Step: "4", Outcome: Success, Reached: "opened < D"},
		{ID: "read", Text: "Read", Meaning: "open for more than 5 s", Step: "4", Outcome: Success, Reached: "read < D opened"},
		{ID: "clicked", Text: "Clicked", Meaning: "tracked link followed", Step: "4", Outcome: Success, Reached: "clicked < D opened read"},
		{ID: "unsubscribed", Text: "Unsubscribed", Meaning: "the opt-out link", Step: "4", Outcome: Success, Reached: "unsubscribed < D opened read clicked"},
		{ID: "complaint", Text: "Complaint", Meaning: "complained", Step: "4", Final: true, Outcome: Success, Reached: "complained < D E"},
	},
})
