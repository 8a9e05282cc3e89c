-- Counts whole hours. Nobody sees the rows before rollup_commit.
INSERT INTO rollup_hourly
    (computation, cohort, whole, account, sender_domain, recipient_domain, provider, campaign, reason, class, fault,
    messages, delivered, ended, bounced, returned, expired, deferred, deferred_arrived, deferrals,
    opened, opened_with_machines, clicked, clicked_with_machines, complained, unsubscribed, mark)
SELECT
    {computation:UInt64}, cohort, 2 * grouping(recipient_domain), account, sender_domain, recipient_domain, provider, campaign, bounce_reason, class, bounce_fault,
    count(), sum(c.delivered), sum(c.delivered OR c.bounced OR c.expired), sum(c.bounced), sum(c.delivered AND c.bounced), sum(c.expired),
    sum(c.deferred), sum(c.deferred AND c.delivered), sum(c.deferrals),
    sum(c.opened), sum(c.opened_with_machines), sum(c.clicked), sum(c.clicked_with_machines), sum(c.complained), sum(c.unsubscribed), sum(c.mark)
FROM rollup_counted AS c
WHERE toUnixTimestamp(cohort) IN {hours:Array(UInt32)}
GROUP BY GROUPING SETS (
    (cohort, account, sender_domain, recipient_domain, provider, campaign, bounce_reason, class, bounce_fault),
    (cohort, account, sender_domain, provider, campaign, bounce_reason, class, bounce_fault))
SETTINGS max_bytes_before_external_group_by = 268435456
