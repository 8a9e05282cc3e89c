-- What it takes to have every column of a view say what it is: what stands here, or
-- else what the tables say of their column of that name, the first of them first.
-- A view is made anew for it and never altered: what alters a view that somebody
-- else makes anew at that moment fails in many ways.
WITH
    text -> '''' || replaceRegexpAll(text, '[\\\\'']', '\\\\\\0') || '''' AS quoted,
    tables AS
    (
        SELECT * FROM values('view String, source String, place UInt8',
            ('messages', 'message_status', 1), ('messages', 'accounts', 2),
            ('history', 'status_changes', 1),
            ('status_meanings', 'vocabularies', 1),
            ('stuck_messages', 'message_status', 1), ('stuck_messages', 'vocabularies', 2),
            ('rollup_counted', 'message_status', 1), ('rollup_counted', 'rollup_hourly', 2),
            ('hourly', 'rollup_hourly', 1),
            ('hourly_by_provider', 'rollup_hourly', 1),
            ('open_rates', 'rollup_hourly', 1),
            ('bounce_rates', 'rollup_hourly', 1),
            ('bounce_reasons', 'message_status', 1),
            ('deferral_reasons', 'status_changes', 1),
            ('deferral_storms', 'rollup_hourly', 1),
            ('time_to_deliver', 'message_status', 1),
            ('time_to_open', 'message_status', 1),
            ('daily', 'rollup_hourly', 1),
            ('suppressions', 'recipient_status', 1),
            ('suppression_facts', 'recipient_status', 1),
            ('unread_lines', 'unparsed', 1),
            ('machine_hits', 'message_status', 1),
            ('reply_fingerprints', 'reply_templates', 1),
            ('new_replies', 'reply_templates', 1),
            ('judgements', 'events', 1),
            ('unmatched_candidates', 'message_status', 1))
    ),
    here AS
    (
        SELECT * FROM values('view String, name String, comment String',
            ('stuck_messages', 'silent_hours', 'whole hours from its latest event to the newest of all messages'),
            ('rollup_counted', 'bounce_reason', 'why it bounced; empty if it did not'),
            ('rollup_counted', 'bounce_fault', 'whose doing that is; empty if it did not bounce'),
            ('rollup_counted', 'expired', 'given up, neither delivered nor bounced'),
            ('rollup_counted', 'mark', 'hash of what stands before it, so that counts can be checked'),
            ('hourly', 'hour', 'of the messages'' earliest events'),
            ('hourly', 'open_tracked', 'delivered, of accounts with open tracking'),
            ('hourly', 'opened', 'opened by a person, of accounts with open tracking'),
            ('hourly', 'opened_with_machines', 'opened by a person, a proxy or a scanner, of accounts with open tracking'),
            ('hourly', 'click_tracked', 'delivered, of accounts with click tracking'),
            ('hourly', 'clicked', 'a link followed by a person, of accounts with click tracking; unsubscribing is none'),
            ('hourly', 'clicked_with_machines', 'a link followed by a person or a scanner, of accounts with click tracking'),
            ('hourly_by_provider', 'hour', 'of the messages'' earliest events'),
            ('hourly_by_provider', 'open_tracked', 'delivered, of accounts with open tracking'),
            ('hourly_by_provider', 'opened', 'opened by a person, of accounts with open tracking'),
            ('hourly_by_provider', 'opened_with_machines', 'opened by a person, a proxy or a scanner, of accounts with open tracking'),
            ('hourly_by_provider', 'click_tracked', 'delivered, of accounts with click tracking'),
            ('hourly_by_provider', 'clicked', 'a link followed by a person, of accounts with click tracking; unsubscribing is none'),
            ('hourly_by_provider', 'clicked_with_machines', 'a link followed by a person or a scanner, of accounts with click tracking'),
            ('open_rates', 'day', 'of the messages'' earliest events'),
            ('open_rates', 'hour', 'of the messages'' earliest events'),
            ('open_rates', 'open_tracked', 'delivered, of accounts with open tracking'),
            ('open_rates', 'click_tracked', 'delivered, of accounts with click tracking'),
            ('open_rates', 'opened', 'opened by a person, of accounts with open tracking'),
            ('open_rates', 'opened_with_machines', 'opened by a person, a proxy or a scanner'),
            ('open_rates', 'clicked', 'a link followed by a person, of accounts with click tracking; unsubscribing is none'),
            ('open_rates', 'open_rate', 'opened ÷ open_tracked; 0 of nothing'),
            ('open_rates', 'open_rate_with_machines', 'opened_with_machines ÷ open_tracked; 0 of nothing'),
            ('open_rates', 'click_rate', 'clicked ÷ click_tracked; 0 of nothing'),
            ('open_rates', 'click_rate_with_machines', 'clicked_with_machines ÷ click_tracked; 0 of nothing'),
            ('machine_hits', 'day', 'of the messages'' earliest events'),
            ('machine_hits', 'rule', 'that took a hit for a machine''s doing'),
            ('machine_hits', 'kind', 'what the hit is read as: machine_opened, machine_read, machine_clicked, machine_unsubscribed'),
            ('machine_hits', 'messages', 'with such hits, each once'),
            ('bounce_rates', 'day', 'of the messages'' earliest events'),
            ('bounce_rates', 'hour', 'of the messages'' earliest events'),
            ('bounce_rates', 'hard', 'bounced, and the address is bad'),
            ('bounce_rates', 'soft', 'bounced, and the address may be good'),
            ('bounce_rates', 'bounce_rate', 'bounced ÷ ended; 0 of nothing'),
            ('bounce_reasons', 'day', 'of the messages'' earliest events'),
            ('bounce_reasons', 'hour', 'of the messages'' earliest events'),
            ('bounce_reasons', 'messages', 'bounced for that reason'),
            ('bounce_reasons', 'example', 'the words of one of the replies'),
            ('deferral_reasons', 'day', 'of the reply that changed their status'),
            ('deferral_reasons', 'hour', 'of the reply that changed their status'),
            ('deferral_reasons', 'messages', 'put off for that reason'),
            ('deferral_reasons', 'example', 'the words of one of the replies'),
            ('deferral_storms', 'hour', 'of the messages'' earliest events'),
            ('deferral_storms', 'messages', 'of that hour to that provider'),
            ('deferral_storms', 'deferral_rate', 'deferred ÷ messages'),
            ('deferral_storms', 'usual_rate', 'median of the deferral rates of all hours of that account and provider'),
            ('time_to_deliver', 'day', 'of the messages'' earliest events'),
            ('time_to_deliver', 'hour', 'of the messages'' earliest events'),
            ('time_to_deliver', 'messages', 'delivered'),
            ('time_to_deliver', 'quantiles', 'the three that follow'),
            ('time_to_deliver', 'median_ms', 'half of them took that long at most'),
            ('time_to_deliver', 'p90_ms', '90 % of them took that long at most'),
            ('time_to_deliver', 'p99_ms', '99 % of them took that long at most'),
            ('time_to_open', 'day', 'of the messages'' earliest events'),
            ('time_to_open', 'hour', 'of the messages'' earliest events'),
            ('time_to_open', 'messages', 'opened by a person'),
            ('time_to_open', 'quantiles', 'the three that follow'),
            ('time_to_open', 'median_s', 'half of them were opened after that long at most'),
            ('time_to_open', 'p90_s', '90 % of them were opened after that long at most'),
            ('time_to_open', 'p99_s', '99 % of them were opened after that long at most'),
            ('daily', 'day', 'of the messages'' earliest events'),
            ('daily', 'open_tracked', 'delivered, of accounts with open tracking'),
            ('daily', 'bounce_rate', 'bounced ÷ ended; 0 of nothing'),
            ('daily', 'open_rate', 'opened ÷ open_tracked; 0 of nothing'),
            ('daily', 'messages_before', 'all of the same day of the week before'),
            ('daily', 'delivered_before', 'delivered of those of the week before'),
            ('daily', 'ended_before', 'delivered, bounced or expired of those of the week before'),
            ('daily', 'bounced_before', 'bounced or sent back of those of the week before'),
            ('daily', 'open_tracked_before', 'delivered of those of the week before, of accounts with open tracking'),
            ('daily', 'opened_before', 'opened of those of the week before'),
            ('daily', 'bounce_rate_before', 'bounced_before ÷ ended_before; 0 of nothing'),
            ('daily', 'open_rate_before', 'opened_before ÷ open_tracked_before; 0 of nothing'),
            ('suppression_facts', 'reason', 'complained, unsubscribed or hard_bounced'),
            ('suppression_facts', 'detail', 'of a bounce: its reason'),
            ('suppression_facts', 'suppressed_at', 'when it happened'),
            ('suppression_facts', 'remarks', 'of a bounce: the words of the reply'),
            ('suppressions', 'reason', 'complained, unsubscribed or hard_bounced: what happened first'),
            ('suppressions', 'detail', 'of a bounce: its reason'),
            ('suppressions', 'suppressed_at', 'when that happened'),
            ('suppressions', 'message_id', 'the message to which that happened'),
            ('suppressions', 'remarks', 'of a bounce: the words of the reply'),
            ('suppressions', 'reasons', 'all that happened'),
            ('suppressions', 'times', 'how often any of it happened, once for each message and kind'),
            ('unread_lines', 'share', 'lines ÷ all lines of all streams that were not understood'),
            ('unread_lines', 'example', 'one of these lines, cut; addresses, IP addresses and subjects taken out unless configured otherwise'),
            ('unread_lines', 'counted_at', 'when the lines were last counted, by the clock on the wall'),
            ('reply_fingerprints', 'events', 'deferrals, bounces and returns with a reply of that wording'),
            ('reply_fingerprints', 'messages', 'different messages and recipients among them'),
            ('reply_fingerprints', 'last_day', 'events of the 24 hours before the newest event of all'),
            ('reply_fingerprints', 'day_before', 'events of the 24 hours before those'),
            ('reply_fingerprints', 'first_seen', 'when the earliest of them happened'),
            ('reply_fingerprints', 'last_seen', 'when the latest of them happened'),
            ('new_replies', 'events', 'deferrals, bounces and returns with a reply of that wording'),
            ('new_replies', 'messages', 'different messages and recipients among them'),
            ('new_replies', 'last_day', 'events of the 24 hours before the newest event of all'),
            ('new_replies', 'day_before', 'events of the 24 hours before those'),
            ('new_replies', 'first_seen', 'when the earliest of them happened'),
            ('new_replies', 'last_seen', 'when the latest of them happened'),
            ('new_replies', 'days_old', 'whole days from first_seen to the newest event of all'),
            ('judgements', 'unmatched_id', 'event_id of what belonged to no message, in unmatched'),
            ('judgements', 'event_id', 'of the same event under the message'),
            ('judgements', 'account', 'whose message it is'),
            ('judgements', 'message_id', 'the message that it was found to be about'),
            ('judgements', 'recipient', 'the recipient of that'),
            ('unmatched_candidates', 'id', 'event_id as mailfate unmatched show and attach take it'),
            ('unmatched_candidates', 'event_id', 'of what belongs to no message, in unmatched'),
            ('unmatched_candidates', 'time', 'when that happened'),
            ('unmatched_candidates', 'kind', 'what that is: opened, complained, …'),
            ('unmatched_candidates', 'named_message_id', 'the message that it names; f: and a hash where it names none'),
            ('unmatched_candidates', 'named_recipient', 'the recipient that it names; empty where it names none, or only a hash'),
            ('unmatched_candidates', 'rank', 'among the candidates for it; 1 is the likeliest'),
            ('unmatched_candidates', 'reason', 'what speaks for this message: message id, recipient or hash of recipient, sender domain, and how long before it was handed over'),
            ('unmatched_candidates', 'handed_at', 'when it was delivered, else queued, else first heard of'))
    ),
    said AS
    (
        SELECT view, name, argMin(comment, place) AS comment
        FROM
        (
            SELECT view, name, comment, 0 AS place FROM here
            UNION ALL
            SELECT t.view, c.name, c.comment, t.place FROM tables AS t
            INNER JOIN system.columns AS c ON c.table = t.source WHERE c.database = currentDatabase()
        )
        GROUP BY view, name
    ),
    wanted AS
    (
        SELECT
            c.table AS view,
            arraySort(groupArray((c.position, c.name || ' ' || c.type || ' COMMENT ' || quoted(s.comment)))) AS listed,
            countIf(c.comment != s.comment) AS different
        FROM system.columns AS c
        LEFT JOIN said AS s ON s.view = c.table AND s.name = c.name
        WHERE c.database = currentDatabase() AND c.table IN (SELECT view FROM tables)
        GROUP BY view
    )
SELECT groupArray('CREATE OR REPLACE VIEW ' || v.name
    || ' (' || arrayStringConcat(tupleElement(w.listed, 2), ', ') || ') AS ' || v.as_select || ' COMMENT ' || quoted(v.comment))
FROM system.tables AS v
INNER JOIN wanted AS w ON w.view = v.name
WHERE v.database = currentDatabase() AND w.different > 0
