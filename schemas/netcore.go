package schemas

// Netcore is the vocabulary of Netcore's status API, in which Sent means that
// the recipient's server took the message. The text has no give-up and no
// Dropped: what will not be sent stays in processing.
var Netcore = mustCompile(&Vocabulary{
	Name:   "netcore",
	Source: "Netcore email API: STATUS",
	Groups: map[string]string{
		"P": "none processing",
		"D": "P sent soft_bounce hard_bounce",
		"E": "open click unsubscribe",
	},
	Rows: []StatusRow{
		{ID: noneName, Meaning: "nothing is known of it", Outcome: Pending},
		{
			ID: "processing", Text: "Processing, INPROCESS", Meaning: "ours, not yet theirs", Step: "1-2", Outcome: Pending,
			Reached: "A, queued, relayed, deferred{local_error} < none; resend < hard_bounce soft_bounce",
		},
		{ID: "sent", Text: "Sent", Meaning: "their server took it", Step: "3", Outcome: Success, Reached: "delivered < P soft_bounce"},
		{
			ID: "hard_bounce", Text: "Hard Bounce", Meaning: "permanent failure", Step: "3", Outcome: Failure,
			Reached: "B{hard} < P E sent soft_bounce; invalid{recipient} < P",
		},
		{
			ID: "soft_bounce", Text: "Soft Bounce", Meaning: "temporary failure, retried or not", Step: "3", Outcome: Failure,
			Reached: "deferred{-local_error} < P; expired < P; B{soft} < P E sent",
		},
		{ID: "open", Text: "Open", Meaning: "pixel loaded", Step: "4", Outcome: Success, Reached: "opened, read < D"},
		{ID: "click", Text: "Click, CLICKED", Meaning: "link followed, the latest is shown", Step: "4", Outcome: Success, Reached: "clicked < D open"},
		{ID: "unsubscribe", Text: "Unsubscribe(d)", Meaning: "footer link used", Step: "4", Outcome: Success, Reached: "unsubscribed < D open click"},
		{ID: "abuse", Text: "Abuse", Meaning: "reported as spam", Step: "4", Final: true, Outcome: Success, Reached: "complained < D E"},
	},
})
