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
		{ID: noneName, Meaning: "nothing is known of it", Outcome: Pending},
		{
			ID: "not_sent", Meaning: "nothing done yet", Step: "1", Outcome: Pending,
			Reached: "A < none; renewed < err_over_quota; released{requeue}, moderation_accepted < K; resend < Y",
		},
		{ID: "delayed", Meaning: "released, will go later (undefined in the text)", Step: "2", Outcome: Pending, Reached: "released{later} < K"},
		{ID: "ok_sent", Meaning: "out, no answer yet", Step: "3", Outcome: Pending, Reached: "queued, relayed < W"},
		{ID: "ok_delivered", Meaning: "their server took it", Step: "3", Outcome: Success, Reached: "delivered < W Q"},
		{ID: "ok_read", Meaning: "opened", Step: "4", Outcome: Success, Reached: "opened, read < D"},
		{ID: "ok_link_visited", Meaning: "a link followed", Step: "4", Outcome: Success, Reached: "clicked < D ok_read"},
		{ID: "ok_unsubscribed", Meaning: "opted out by the link", Step: "4", Final: true, Outcome: Success, Reached: "unsubscribed < D ok_read ok_link_visited"},
		{ID: "ok_spam_folder", Meaning: "their server filed it as spam", Step: "4", Final: true, Outcome: Success, Reached: "spam_foldered < D ok_read ok_link_visited"},
		{ID: "ok_fbl", Meaning: "the recipient reported it", Step: "4", Final: true, Ours: true, Outcome: Success, Reached: "complained < D ok_read ok_link_visited"},
		{ID: "err_blacklisted", Meaning: "blocklisted, goes again", Step: "3", Outcome: Failure, Reached: "B{ip_blocklisted,domain_blocklisted} < W Q"},
		{ID: "err_will_retry", Meaning: "tried, will be tried again", Step: "3", Outcome: Failure, Reached: "deferred{-local_error} < W ok_sent; deferred < err_blacklisted"},
		{
			ID: "err_resend", Meaning: "the same, for a cause of ours", Step: "3", Outcome: Failure,
			Reached: "deferred{local_error} < W ok_sent; resend < err_blacklisted err_will_retry err_resend",
		},
		{ID: "err_giveup", Meaning: "retries over", Step: "3", Final: true, Ours: true, Outcome: Failure, Reached: "expired < err_will_retry err_resend"},
		{ID: "err_user_unknown", Meaning: "there is no such mailbox", Step: "3", Final: true, Outcome: Failure, Reached: "B{user_unknown} < W Q"},
		{ID: "err_user_inactive", Meaning: "the mailbox was disabled", Step: "3", Final: true, Outcome: Failure, Reached: "B{user_inactive} < W Q"},
		{ID: "err_mailbox_discarded", Meaning: "the mailbox was deleted", Step: "3", Final: true, Outcome: Failure, Reached: "B{mailbox_discarded} < W Q"},
		{ID: "err_mailbox_full", Meaning: "the mailbox is full", Step: "3", Final: true, Outcome: Failure, Reached: "B{mailbox_full} < W Q"},
		{ID: "err_domain_inactive", Meaning: "the domain takes no mail", Step: "3", Final: true, Outcome: Failure, Reached: "B{domain_inactive} < W Q"},
		{ID: "err_no_dns", Meaning: "nothing, or something wrong, in DNS", Step: "3", Final: true, Ours: true, Outcome: Failure, Reached: "B{no_dns} < W Q"},
		{ID: "err_no_smtp", Meaning: "in DNS, but nothing answers SMTP", Step: "3", Final: true, Ours: true, Outcome: Failure, Reached: "B{no_smtp} < W Q"},
		{
			ID: "err_destination_misconfigured", Meaning: "their settings are wrong, and they could mend them", Step: "3", Final: true, Ours: true, Outcome: Failure,
			Reached: "B{misconfigured} < W Q",
		},
		{ID: "err_spam_rejected", Meaning: "refused as spam", Step: "3", Final: true, Ours: true, Outcome: Failure, Reached: "B{spam_content} < W Q"},
		{
			ID: "err_too_large", Meaning: "too large, or with an attachment that they refuse", Step: "3", Final: true, Ours: true, Outcome: Failure,
			Reached: "B{too_large,attachment_refused} < W Q",
		},
		{
			ID: "err_delivery_failed", Meaning: "any other failure", Step: "3", Final: true, Outcome: Failure,
			Reached: "B{none,not_permitted,connection_failed,dns_failure,remote_error,greylisted,rate_limited,policy,virus,auth_failed,tls_required,protocol_error,unclassified} < W Q; " +
				"expired < W ok_sent err_blacklisted",
		},
		{ID: "err_src_invalid", Meaning: "sender's address bad", Step: "2-3", Final: true, Outcome: Failure, Reached: "B{sender_rejected} < W Q; invalid{sender} < W Q"},
		{ID: "err_dest_invalid", Meaning: "recipient's address bad", Step: "2-3", Final: true, Outcome: Failure, Reached: "B{address_syntax} < W Q; invalid{recipient} < W Q"},
		{ID: "err_internal", Meaning: "our failure", Step: "2-3", Final: true, Outcome: Failure, Reached: "B{local_error} < W Q; internal_error < W Q"},
		{ID: "err_lost", Meaning: "parts do not fit, or text gone", Step: "2", Final: true, Outcome: Failure, Reached: "lost, invalid{content} < W Q"},
		{ID: "err_over_quota", Meaning: "no credit", Step: "2", Outcome: Failure, Reached: "depleted < W"},
		{ID: "err_spam_removed", Meaning: "taken out of the queue as spam", Step: "2", Outcome: Failure, Reached: "blocked{spam_removed} < W Q"},
		{ID: "err_spam_skipped", Meaning: "not queued, as spam", Step: "2", Outcome: Failure, Reached: "blocked{spam_skipped}, quarantined < W Q"},
		{ID: "err_spam_may_retry", Meaning: "as spam; a new similar letter may go", Step: "2", Final: true, Ours: true, Outcome: Failure, Reached: "released{as_new} < K"},
		{
			ID: "err_not_allowed", Meaning: "stopped by a person, or address blocked", Step: "2", Final: true, Outcome: Failure,
			Reached: "cancelled, filtered, suppressed{complained} < W Q",
		},
		{ID: "err_unsubscribed", Meaning: "opted out before", Step: "2", Final: true, Outcome: Failure, Reached: "suppressed{unsubscribed} < W Q"},
		{ID: "err_not_available", Meaning: "failed before, may come back", Step: "2", Final: true, Outcome: Failure, Reached: "suppressed{hard_bounced} < W Q"},
		{ID: "err_unreachable", Meaning: "failed before, for ever", Step: "2", Final: true, Outcome: Failure, Reached: "suppressed{unreachable} < W Q"},
		{ID: "err_skip_letter", Meaning: "any other cause in the address", Step: "2", Final: true, Ours: true, Outcome: Failure, Reached: "suppressed{unavailable} < W Q"},
		{ID: "skip_dup_unreachable", Meaning: "another message of this run just failed there", Step: "2", Final: true, Outcome: Failure, Reached: "suppressed{dup_unreachable} < W Q"},
		{ID: "skip_dup_temp_unreachable", Meaning: "another message of this run just failed there, for now", Step: "2", Final: true, Outcome: Failure, Reached: "suppressed{dup_temporarily_unavailable} < W Q"},
		{ID: "skip_dup_mailbox_full", Meaning: "another message of this run just found the mailbox full", Step: "2", Final: true, Outcome: Failure, Reached: "suppressed{dup_mailbox_full} < W Q"},
	},
})
