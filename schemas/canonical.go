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
		noneRow,
		{
			ID: "received", Step: "1", Outcome: Pending,
			Meaning: "We took the message over and did nothing with it yet.",
			Reached: "A < none; renewed < depleted; released{requeue} < scheduled blocked quarantined; resend < Z",
		},
		{
			ID: "refused", Step: "1", Final: true, Outcome: Failure,
			Meaning: "We never took the message over, and the client was told so.",
			Reached: "refused < none",
		},
		{
			ID: "scheduled", Step: "2", Outcome: Pending,
			Meaning: "It waits for the time that was set for it.",
			Reached: "scheduled < W; released{later} < blocked quarantined",
		},
		{
			ID: "in_moderation", Step: "2", Outcome: Pending,
			Meaning: "It waits until a person has checked it.",
			Reached: "moderation_pending < W",
		},
		{
			ID: "quarantined", Step: "2", Outcome: Failure,
			Meaning: "A person checked it and did not let it pass.",
			Reached: "quarantined < W Q",
		},
		{
			ID: "blocked", Step: "2", Outcome: Failure,
			Meaning: "Its campaign was stopped as spam.",
			Reached: "blocked < W Q",
		},
		{
			ID: "depleted", Step: "2", Outcome: Pending,
			Meaning: "It waits because the account has no credit left.",
			Reached: "depleted < W",
		},
		{
			ID: "throttled", Step: "2", Outcome: Pending,
			Meaning: "We hold it back on purpose, to send more slowly.",
			Reached: "throttled < W",
		},
		{
			ID: "processing", Step: "2", Outcome: Pending,
			Meaning: "It is prepared and about to be sent.",
			Reached: "treated < W; moderation_accepted < in_moderation quarantined",
		},
		{
			ID: "suppressed", Step: "2", Final: true, Outcome: Failure,
			Meaning: "It is not sent, because the address is on a list.",
			Reached: "suppressed, filtered < W Q",
		},
		{
			ID: "cancelled", Step: "2", Final: true, Outcome: Failure,
			Meaning: "It was called off, by a person or by a hold that ended so.",
			Reached: "cancelled < W Q; discarded < depleted; released{as_new} < blocked quarantined",
		},
		{
			ID: "invalid", Step: "2", Final: true, Outcome: Failure,
			Meaning: "A defect was found in it after we took it over.",
			Reached: "invalid < W Q",
		},
		{
			ID: "lost", Step: "2", Final: true, Outcome: Failure,
			Meaning: "Its text is gone through a failure of ours.",
			Reached: "lost < W Q",
		},
		{
			ID: "failed", Step: "2", Final: true, Outcome: Failure,
			Meaning: "It failed through an error of ours.",
			Reached: "internal_error < W Q",
		},
		{
			ID: "queued", Step: "3", Outcome: Pending,
			Meaning: "It is in the queue of one of our mail servers.",
			Reached: "queued, relayed < W",
		},
		{
			ID: "deferred", Step: "3", Outcome: Pending,
			Meaning: "An attempt failed, and it will be tried again.",
			Reached: "deferred < W queued",
		},
		{
			ID: "delivered", Step: "3", Outcome: Success,
			Meaning: "The recipient's server accepted it.",
			Reached: "delivered < W Q; not_spam < spam_foldered",
		},
		{
			ID: "bounced_hard", Step: "3", Final: true, Outcome: Failure,
			Meaning: "It was refused for good, because the address is bad.",
			Reached: "bounced{hard} < W Q",
		},
		{
			ID: "bounced_soft", Step: "3", Final: true, Outcome: Failure,
			Meaning: "It was refused for good, though the address may be good.",
			Reached: "bounced{soft} < W Q",
		},
		{
			ID: "expired", Step: "3", Final: true, Outcome: Failure,
			Meaning: "The queue gave it up after trying in vain.",
			Reached: "expired < W Q",
		},
		{
			ID: "returned", Step: "3", Outcome: Failure,
			Meaning: "It was accepted, then sent back or refused by another mailbox there.",
			Reached: "bounced_later < D E",
		},
		{
			ID: "spam_foldered", Step: "3", Outcome: Success,
			Meaning: "The recipient's server filed it as spam.",
			Reached: "spam_foldered < W Q delivered",
		},
		{
			ID: "opened", Step: "4", Outcome: Success,
			Meaning: "The recipient opened it.",
			Reached: "opened < D",
		},
		{
			ID: "read", Step: "4", Outcome: Success,
			Meaning: "The recipient had it open for more than 5 seconds.",
			Reached: "read < D opened",
		},
		{
			ID: "clicked", Step: "4", Outcome: Success,
			Meaning: "The recipient followed a link in it.",
			Reached: "clicked < D opened read",
		},
		{
			ID: "unsubscribed", Step: "4", Outcome: Success,
			Meaning: "The recipient opted out by its link.",
			Reached: "unsubscribed < D opened read clicked",
		},
		{
			ID: "complained", Step: "4", Final: true, Outcome: Success,
			Meaning: "The recipient reported it as spam.",
			Reached: "complained < D E",
		},
	},
})

// noneRow is the first row of every vocabulary.
var noneRow = StatusRow{ID: noneName, Outcome: Pending, Meaning: "Nothing is known of it.", Labels: noneLabels}
