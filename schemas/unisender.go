package schemas

// Unisender is the vocabulary of UniSender's checkEmail: its 39 codes, and
// delayed, which the text names and does not define. A bounce after ok_delivered
// changes nothing, for no err_ is among what the text lets follow there.
var Unisender = mustCompile(&Vocabulary{
	Name:   "unisender",
	Source: "UniSender: checkEmail",
	Groups: map[string]string{
		"W": "none not_sent delayed",
		"Q": "ok_sent err_will_retry err_resend err_blacklisted",
		"D": "W Q ok_delivered",
		"K": "err_spam_removed err_spam_skipped",
		"Y": "err_giveup err_user_unknown err_user_inactive err_mailbox_discarded " +
			"err_mailbox_full err_domain_inactive err_no_dns err_no_smtp err_destination_misconfigured err_spam_rejected " +
			"err_too_large err_delivery_failed err_src_invalid err_dest_invalid err_internal err_lost err_over_quota K " +
			"err_spam_may_retry err_not_allowed err_unsubscribed err_not_available err_unreachable err_skip_letter " +
			"skip_dup_unreachable skip_dup_temp_unreachable skip_dup_mailbox_full",
	},
	Rows: []StatusRow{
		noneRow,
		{
			ID: "not_sent", Step: "1", Outcome: Pending,
			Meaning: "Nothing was done with it yet.",
			Source:  "The message has not been processed yet.",
			Reached: "A < none; renewed < err_over_quota; released{requeue}, moderation_accepted < K; resend < Y",
		},
		{
			ID: "delayed", Step: "2", Outcome: Pending,
			Meaning: "It was released from a hold and will be sent later.",
			Source:  "it can be changed to not_sent, delayed or err_spam_may_retry after negotiations with the recipient’s mail service",
			Reached: "released{later} < K",
		},
		{
			ID: "ok_sent", Step: "3", Outcome: Pending,
			Meaning: "It was sent, and no answer has come yet.",
			Source:  "The message has been sent, it is in the intermediate status until the receipt of the delivery/non-delivery response.",
			Reached: "queued, relayed < W",
		},
		{
			ID: "ok_delivered", Step: "3", Outcome: Success,
			Meaning: "The recipient's server accepted it.",
			Source:  "The message has been delivered.",
			Reached: "delivered < W Q",
		},
		{
			ID: "ok_read", Step: "4", Outcome: Success,
			Meaning: "The recipient opened it.",
			Source:  "The message has been delivered and its reading has been registered.",
			Reached: "opened, read < D",
		},
		{
			ID: "ok_link_visited", Step: "4", Outcome: Success,
			Meaning: "The recipient followed a link in it.",
			Source:  "The message has been delivered, read, and one of the links has been clicked through.",
			Reached: "clicked < D ok_read",
		},
		{
			ID: "ok_unsubscribed", Step: "4", Final: true, Outcome: Success,
			Meaning: "The recipient opted out by its link.",
			Source:  "The message has been delivered and read, but the user unsubscribed using the link in the letter. The status is final.",
			Reached: "unsubscribed < D ok_read ok_link_visited",
		},
		{
			ID: "ok_spam_folder", Step: "4", Final: true, Outcome: Success,
			Meaning: "The recipient's server filed it as spam.",
			Source:  "The letter has been delivered, but the recipient’s server placed it in the Spam folder. The status is final.",
			Reached: "spam_foldered < D ok_read ok_link_visited",
		},
		{
			ID: "ok_fbl", Step: "4", Final: true, Ours: true, Outcome: Success,
			Meaning: "The recipient reported it as spam.",
			Source:  "The message has been delivered but placed in the spam folder by the recipient.",
			Reached: "complained < D ok_read ok_link_visited",
		},
		{
			ID: "err_blacklisted", Step: "3", Outcome: Failure,
			Meaning: "It was refused because of a blocklist, and will be sent again.",
			Source:  "The message has been rejected due to blacklisting. It will be re-sent.",
			Reached: "B{ip_blocklisted,domain_blocklisted} < W Q",
		},
		{
			ID: "err_will_retry", Step: "3", Outcome: Failure,
			Meaning: "An attempt failed, and it will be tried again.",
			Source:  "One or more delivery attempts have been unsuccessful, but attempts continue. The status is not final.",
			Reached: "deferred{-local_error} < W ok_sent; deferred < err_blacklisted",
		},
		{
			ID: "err_resend", Step: "3", Outcome: Failure,
			Meaning: "An attempt failed for a cause of ours, and it will be tried again.",
			Source:  "Actually, it is equivalent to err_will_retry with some minor internal features.",
			Reached: "deferred{local_error} < W ok_sent; resend < err_blacklisted err_will_retry err_resend",
		},
		{
			ID: "err_giveup", Step: "3", Final: true, Ours: true, Outcome: Failure,
			Meaning: "It was given up, for the time of retries is over.",
			Source:  "This status is assigned to messages with the err_will_retry, err_resend statuses after expiration of the retry period.",
			Reached: "expired < err_will_retry err_resend",
		},
		{
			ID: "err_user_unknown", Step: "3", Final: true, Outcome: Failure,
			Meaning: "The address does not exist.",
			Source:  "The address does not exist, delivery failed. The status is final.",
			Reached: "B{user_unknown} < W Q",
		},
		{
			ID: "err_user_inactive", Step: "3", Final: true, Outcome: Failure,
			Meaning: "The mailbox existed once and was disabled.",
			Source:  "The address used to exist before, but now it has been disabled. Delivery failed. The status is final.",
			Reached: "B{user_inactive} < W Q",
		},
		{
			ID: "err_mailbox_discarded", Step: "3", Final: true, Outcome: Failure,
			Meaning: "The mailbox was deleted.",
			Source:  "The recipient’s mailbox has been deleted. The status is final.",
			Reached: "B{mailbox_discarded} < W Q",
		},
		{
			ID: "err_mailbox_full", Step: "3", Final: true, Outcome: Failure,
			Meaning: "The mailbox is full.",
			Source:  "The recipient’s mailbox is full. The status is final.",
			Reached: "B{mailbox_full} < W Q",
		},
		{
			ID: "err_domain_inactive", Step: "3", Final: true, Outcome: Failure,
			Meaning: "The domain takes no mail, or does not exist.",
			Source:  "The domain does not accept mail or does not exist. The status is final.",
			Reached: "B{domain_inactive} < W Q",
		},
		{
			ID: "err_no_dns", Step: "3", Final: true, Ours: true, Outcome: Failure,
			Meaning: "The domain has no record in DNS, or a wrong one.",
			Source:  "There is no record or an incorrect record in DNS.",
			Reached: "B{no_dns} < W Q",
		},
		{
			ID: "err_no_smtp", Step: "3", Final: true, Ours: true, Outcome: Failure,
			Meaning: "The domain is in DNS, but no SMTP server answers.",
			Source:  "There is an entry in DNS, but there is no smtp server.",
			Reached: "B{no_smtp} < W Q",
		},
		{
			ID: "err_destination_misconfigured", Step: "3", Final: true, Ours: true, Outcome: Failure,
			Meaning: "The recipient's server is set up wrongly, which could be mended.",
			Source:  "The domain does not accept mail due to incorrect settings on the recipient’s side, and the server’s response contains information about a cause that can be fixed",
			Reached: "B{misconfigured} < W Q",
		},
		{
			ID: "err_spam_rejected", Step: "3", Final: true, Ours: true, Outcome: Failure,
			Meaning: "The recipient's server refused it as spam.",
			Source:  "The message was rejected by the server as a spam.",
			Reached: "B{spam_content} < W Q",
		},
		{
			ID: "err_too_large", Step: "3", Final: true, Ours: true, Outcome: Failure,
			Meaning: "It is too large, or an attachment is of a type that is refused.",
			Source:  "The letter exceeds the size allowed by the recipient’s server. Also, the reason may be a rejection of the letter by the recipient’s server due to an unacceptable attachment type.",
			Reached: "B{too_large,attachment_refused} < W Q",
		},
		{
			ID: "err_delivery_failed", Step: "3", Final: true, Outcome: Failure,
			Meaning: "It could not be delivered, for any other cause.",
			Source:  "Delivery failed due to other reasons. The status is final.",
			Reached: "B{none,not_permitted,connection_failed,dns_failure,remote_error,greylisted,rate_limited,policy,virus,auth_failed,tls_required,protocol_error,unclassified} < W Q; " +
				"expired < W ok_sent err_blacklisted",
		},
		{
			ID: "err_src_invalid", Step: "2-3", Final: true, Outcome: Failure,
			Meaning: "The sender's address is invalid, as was found after it was taken.",
			Source:  "Invalid sender’s email address.",
			Reached: "B{sender_rejected} < W Q; invalid{sender} < W Q",
		},
		{
			ID: "err_dest_invalid", Step: "2-3", Final: true, Outcome: Failure,
			Meaning: "The recipient's address is invalid, as was found after it was taken.",
			Source:  "Invalid recipient’s email address.",
			Reached: "B{address_syntax} < W Q; invalid{recipient} < W Q",
		},
		{
			ID: "err_internal", Step: "2-3", Final: true, Outcome: Failure,
			Meaning: "It failed through an error of ours.",
			Source:  "Internal failure. The letter needs to be re-sent. The status is final.",
			Reached: "B{local_error} < W Q; internal_error < W Q",
		},
		{
			ID: "err_lost", Step: "2", Final: true, Outcome: Failure,
			Meaning: "Its parts do not fit together, or its text is gone.",
			Source:  "The letter wasn’t sent due to inconsistency of its parts",
			Reached: "lost, invalid{content} < W Q",
		},
		{
			ID: "err_over_quota", Step: "2", Outcome: Failure,
			Meaning: "It is not sent, because the account has no credit left.",
			Source:  "Sending has been canceled due to insufficiency of funds on the account or due to an excess of the tariff.",
			Reached: "depleted < W",
		},
		{
			ID: "err_spam_removed", Step: "2", Outcome: Failure,
			Meaning: "Its campaign was stopped as spam, and it was taken out of the queue.",
			Source:  "Sending has been canceled because the campaign has been clocked as a spam. The status is not final",
			Reached: "blocked{spam_removed} < W Q",
		},
		{
			ID: "err_spam_skipped", Step: "2", Outcome: Failure,
			Meaning: "Its campaign was stopped as spam, and it was never queued.",
			Source:  "Sending has been canceled because the campaign has been blocked as a spam. The result is not final",
			Reached: "blocked{spam_skipped}, quarantined < W Q",
		},
		{
			ID: "err_spam_may_retry", Step: "2", Final: true, Ours: true, Outcome: Failure,
			Meaning: "It is not sent, being spam, but a new similar letter may be.",
			Source:  "It is equivalent to err_spam_rejected, but you can re-send the message by generating a new similar letter.",
			Reached: "released{as_new} < K",
		},
		{
			ID: "err_not_allowed", Step: "2", Final: true, Outcome: Failure,
			Meaning: "A person stopped it, or the address or account is blocked.",
			Source:  "Sending has been canceled because technical support staff blocked the campaign, or because of the recipient address or your account is blocked. The status is final.",
			Reached: "cancelled, filtered, suppressed{complained} < W Q",
		},
		{
			ID: "err_unsubscribed", Step: "2", Final: true, Outcome: Failure,
			Meaning: "It is not sent, because the recipient opted out before.",
			Source:  "The letter has not been sent as the address to which it was tried to be sent has previously unsubscribed.",
			Reached: "suppressed{unsubscribed} < W Q",
		},
		{
			ID: "err_not_available", Step: "2", Final: true, Outcome: Failure,
			Meaning: "It is not sent: the address failed before, but may come back.",
			Source:  "Theoretically, the availability of the address can be restored in a few days or weeks",
			Reached: "suppressed{hard_bounced} < W Q",
		},
		{
			ID: "err_unreachable", Step: "2", Final: true, Outcome: Failure,
			Meaning: "It is not sent: the address failed before and will not come back.",
			Source:  "in contrast to the err_not_available status, the availability of the address will not be restored. The status is final.",
			Reached: "suppressed{unreachable} < W Q",
		},
		{
			ID: "err_skip_letter", Step: "2", Final: true, Ours: true, Outcome: Failure,
			Meaning: "It is not sent: the address is unavailable for another cause.",
			Source:  "Sending has been canceled because the email address is not available (except for cases of err_unsubscribed and err_not_allowed).",
			Reached: "suppressed{unavailable} < W Q",
		},
		{
			ID: "skip_dup_unreachable", Step: "2", Final: true, Outcome: Failure,
			Meaning: "Another message of this run just found the address unavailable.",
			Source:  "The address is unavailable, sending failed. The status is final.",
			Reached: "suppressed{dup_unreachable} < W Q",
		},
		{
			ID: "skip_dup_temp_unreachable", Step: "2", Final: true, Outcome: Failure,
			Meaning: "Another message of this run just found the address unavailable for now.",
			Source:  "The address is temporarily unavailable. Sending failed. The status is final.",
			Reached: "suppressed{dup_temporarily_unavailable} < W Q",
		},
		{
			ID: "skip_dup_mailbox_full", Step: "2", Final: true, Outcome: Failure,
			Meaning: "Another message of this run just found the mailbox full.",
			Source:  "The recipient’s mailbox is full. The status is final.",
			Reached: "suppressed{dup_mailbox_full} < W Q",
		},
	},
})
