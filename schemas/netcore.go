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
		noneRow,
		{
			ID: "processing", Text: "Processing, INPROCESS", Step: "1-2", Outcome: Pending,
			Meaning: "It was accepted and is yet to reach the recipient's server.",
			Source:  "we have accepted your email sending request and the email is on our server's internal queue and yet to be delivered to the recipient's server",
			Reached: "A, queued, relayed, deferred{local_error} < none; resend < hard_bounce soft_bounce",
		},
		{
			ID: "sent", Text: "Sent", Step: "3", Outcome: Success,
			Meaning: "The recipient's server accepted it.",
			Source:  "Once the email is delivered to the recipient's server the status of the email changes from INPROCESS to SENT.",
			Reached: "delivered < P soft_bounce",
		},
		{
			ID: "hard_bounce", Text: "Hard Bounce", Step: "3", Outcome: Failure,
			Meaning: "It could not be delivered, for a cause that will last.",
			Source:  "the email is not delivered because of some permanent failures",
			Reached: "B{hard} < P E sent soft_bounce; invalid{recipient} < P",
		},
		{
			ID: "soft_bounce", Text: "Soft Bounce", Step: "3", Outcome: Failure,
			Meaning: "It could not be delivered, for a cause that may pass.",
			Source:  "the email is not delivered because of some temporary failures",
			Reached: "deferred{-local_error} < P; expired < P; B{soft} < P E sent",
		},
		{
			ID: "open", Text: "Open", Step: "4", Outcome: Success,
			Meaning: "The recipient opened it, and its pixel was loaded.",
			Source:  "Whenever a recipient receives an email and open, the status gets updated from SENT to OPEN",
			Reached: "opened, read < D",
		},
		{
			ID: "click", Text: "Click, CLICKED", Step: "4", Outcome: Success,
			Meaning: "The recipient followed a link; the latest one is shown.",
			Source:  "Once the recipient opens an email and click on any of the links inside the email, then the status of the email gets updated to CLICKED.",
			Reached: "clicked < D open",
		},
		{
			ID: "unsubscribe", Text: "Unsubscribe, UNSUBSCRIBED", Step: "4", Outcome: Success,
			Meaning: "The recipient opted out by the link in the footer.",
			Source:  "when the recipient clicks on that link and unsubscribes the status of the email gets updated to UNSUBSCRIBED",
			Reached: "unsubscribed < D open click",
		},
		{
			ID: "abuse", Text: "Abuse", Step: "4", Final: true, Outcome: Success,
			Meaning: "The recipient reported it as spam.",
			Source:  "In case the recipient hits that button and the mailbox provider has feedbackloop with sender, then we will come to know about such activities. In such cases the status of the email will be updated to ABUSE.",
			Reached: "complained < D E",
		},
	},
})
