package schemas

// NetcoreFeed is the vocabulary of Netcore's Live Feeds, in which Sent means
// that delivery is being tried and nothing was answered yet.
var NetcoreFeed = mustCompile(&Vocabulary{
	Name:   "netcore_feed",
	Source: "Netcore email API: Live Feeds",
	Groups: map[string]string{
		"P": "none processed sent",
		"G": "bounced_soft bounced_hard",
		"D": "P G delivered",
		"E": "opened clicked unsubscribed",
	},
	Hard: []Reason{NoSMTP},
	Rows: []StatusRow{
		{ID: noneName, Meaning: "nothing is known of it", Outcome: Pending},
		{
			ID: "processed", Text: "Processed", Meaning: "ours; also no credit, account off, throttled", Step: "1-2", Outcome: Pending,
			Reached: "A, deferred{local_error} < none; deferred{rate_limited} < P; resend < G bounced_rejected dropped",
		},
		{ID: "sent", Text: "Sent", Meaning: "being tried, no answer yet", Step: "3", Outcome: Pending, Reached: "queued, relayed < none processed"},
		{ID: "delivered", Text: "Delivered", Meaning: "their server took it", Step: "3", Outcome: Success, Reached: "delivered < P bounced_soft"},
		{
			ID: "bounced_soft", Text: "Bounced, Soft", Meaning: "temporary, tried again for 5 days", Step: "3", Outcome: Pending,
			Reached: "deferred{-local_error,-rate_limited} < P; B{soft} < P E delivered",
		},
		{
			ID: "bounced_hard", Text: "Bounced, Hard", Meaning: "permanent", Step: "3", Outcome: Failure,
			Reached: "B{hard} < P E delivered bounced_soft; invalid{recipient} < P",
		},
		{
			ID: "bounced_rejected", Text: "rejeitado", Meaning: "given up after 5 days", Step: "3", Final: true, Outcome: Failure,
			Reached: "expired < P bounced_soft",
		},
		{ID: "dropped", Text: "Dropped (perdido)", Meaning: "suppression list", Step: "2", Final: true, Outcome: Failure, Reached: "suppressed, filtered < P"},
		{ID: "opened", Text: "Opened", Meaning: "opened", Step: "4", Outcome: Success, Reached: "opened, read < D"},
		{ID: "clicked", Text: "Clicked", Meaning: "one click or more", Step: "4", Outcome: Success, Reached: "clicked < D opened"},
		{ID: "unsubscribed", Text: "Unsubscribed", Meaning: "opted out by the link", Step: "4", Outcome: Success, Reached: "unsubscribed < D opened clicked"},
		{ID: "reported_as_spam", Text: "Reported as Spam", Meaning: "the recipient's act", Step: "4", Final: true, Outcome: Success, Reached: "complained < D E"},
	},
})
