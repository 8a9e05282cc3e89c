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
		noneRow,
		{
			ID: "received_error", Text: "Error", Step: "1", Final: true, Outcome: Failure,
			Meaning: "The request was refused, and the client was told so.",
			Source:  "the SMTP or API connexion returned an error message",
			Reached: "refused < none",
		},
		{
			ID: "pending", Text: "Pending", Step: "1", Outcome: Pending,
			Meaning: "The request was taken, and the message will be prepared.",
			Source:  "no error returned. The email will be treated.",
			Reached: "A < none; renewed < depleted; released < scheduled; resend < G received_error rejected filtered treated_error quarantine",
		},
		{
			ID: "treated", Text: "Treated", Step: "2", Outcome: Pending,
			Meaning: "It is prepared and about to be sent.",
			Source:  "The email has been treated by our platform and did not experience any problems. Tipimail is about to deliver it.",
			Reached: "treated, queued, relayed < W",
		},
		{
			ID: "rejected", Text: "Rejected", Step: "2", Final: true, Outcome: Failure,
			Meaning: "It was called off, or the address is on the account's list.",
			Source:  "The platform refused to send the email. This refuse is mainly related to the addresses blacklist.",
			Reached: "suppressed, cancelled < W; discarded < depleted",
		},
		{
			ID: "treated_error", Text: "Error", Step: "2", Final: true, Outcome: Failure,
			Meaning: "It cannot be sent, because of a defect in it or a failure of ours.",
			Source:  "The platform experienced and error and is enable to correctly deliver the email.",
			Reached: "invalid, lost, internal_error < W",
		},
		{
			ID: "deferred", Text: "Deffered", Step: "2", Outcome: Pending,
			Meaning: "It is held back to send more slowly, and will be sent later.",
			Source:  "In order to prevent your reputation and IPs, we throttle the sendings. It will be sent later.",
			Reached: "throttled < W",
		},
		{
			ID: "accepted", Text: "Accepted", Step: "2", Outcome: Pending,
			Meaning: "It passed moderation and will be sent.",
			Source:  "the moderation gave a positive feedback over the email. It will be sent.",
			Reached: "moderation_accepted < pending_moderation quarantine; released{requeue}, released{later} < quarantine",
		},
		{
			ID: "depleted", Text: "Depleted", Step: "2", Outcome: Pending,
			Meaning: "It is kept for 24 hours because the account has no credit left.",
			Source:  "no more credits available. Your emails are kept 24h in our database until your formula renewal.",
			Reached: "depleted < W",
		},
		{
			ID: "pending_moderation", Text: "Pending moderation", Step: "2", Outcome: Pending,
			Meaning: "It waits until moderation has checked it.",
			Source:  "the sending must be ckecked over our anti-spam policy respect",
			Reached: "moderation_pending < W",
		},
		{
			ID: "filtered", Text: "Filtered", Step: "2", Final: true, Outcome: Failure,
			Meaning: "It is not sent, because the address is on the platform's own list.",
			Source:  "the recipient's address exists in one of our blacklist. The email won't be sent.",
			Reached: "filtered < W",
		},
		{
			ID: "scheduled", Text: "Scheduled", Step: "2", Outcome: Pending,
			Meaning: "It waits for the time that was set for it.",
			Source:  "then sending is planned by our platform",
			Reached: "scheduled < W",
		},
		{
			ID: "quarantine", Text: "Quarantine", Step: "2", Outcome: Failure,
			Meaning: "It failed moderation, or its campaign was stopped.",
			Source:  "the moderation gave a negative feedback over the email",
			Reached: "quarantined, blocked < W",
		},
		{
			ID: "delivered", Text: "Delivered", Step: "3", Outcome: Success,
			Meaning: "It was sent, and nothing bad has come back.",
			Source:  "the email was sent to the recipient and we did not receive a negative feedback",
			Reached: "delivered < W softbounce",
		},
		{
			ID: "harbounce", Text: "Harbounce", Step: "3", Outcome: Failure,
			Meaning: "It bounced, because the address or its domain does not exist.",
			Source:  "the email address does not exist. It may be the result of a typo mistake, or the recipient's domain may be unreachable.",
			Reached: "B{hard} < W E delivered softbounce",
		},
		{
			ID: "softbounce", Text: "Softbounce", Step: "3", Outcome: Failure,
			Meaning: "It bounced: the address exists, but cannot be delivered to now.",
			Source:  "the email address exists but it impossible for us to deliver the message in the inbox",
			Reached: "deferred < W; expired < W; B{soft} < W E delivered",
		},
		{
			ID: "opened", Text: "Opened", Step: "4", Outcome: Success,
			Meaning: "The recipient opened it, and its pixel was loaded.",
			Source:  "your recipient opened the email",
			Reached: "opened < D",
		},
		{
			ID: "read", Text: "Read", Step: "4", Outcome: Success,
			Meaning: "The recipient had it open for more than 5 seconds.",
			Source:  "the email has been opened more than 5 seconds by its recipient",
			Reached: "read < D opened",
		},
		{
			ID: "clicked", Text: "Clicked", Step: "4", Outcome: Success,
			Meaning: "The recipient followed a tracked link in it.",
			Source:  "your recipient clicked on a link contained in your email",
			Reached: "clicked < D opened read",
		},
		{
			ID: "unsubscribed", Text: "Unsubscribed", Step: "4", Outcome: Success,
			Meaning: "The recipient followed the link to opt out.",
			Source:  "your recipient clicked on a special unsubcription link",
			Reached: "unsubscribed < D opened read clicked",
		},
		{
			ID: "complaint", Text: "Complaint", Step: "4", Final: true, Outcome: Success,
			Meaning: "The recipient complained about it.",
			Source:  "your recipient did complain about your email",
			Reached: "complained < D E",
		},
	},
})
