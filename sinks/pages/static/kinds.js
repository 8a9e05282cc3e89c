// What can happen to a message, and for which reasons, by their names in the API.

export const kinds = [
  'received', 'refused', 'scheduled', 'moderation_pending', 'moderation_accepted', 'quarantined', 'blocked', 'released', 'depleted', 'renewed',
  'throttled', 'treated', 'filtered', 'suppressed', 'cancelled', 'invalid', 'lost', 'internal_error', 'resend', 'discarded', 'queued', 'relayed',
  'deferred', 'delivered', 'bounced', 'bounced_later', 'expired', 'opened', 'read', 'clicked', 'unsubscribed', 'machine_opened', 'machine_read',
  'machine_clicked', 'machine_unsubscribed', 'complained', 'spam_foldered', 'not_spam', 'other_report',
]

export const reasons = [
  'user_unknown', 'user_inactive', 'mailbox_discarded', 'address_syntax', 'no_dns', 'domain_inactive', 'mailbox_full', 'not_permitted', 'no_smtp',
  'connection_failed', 'dns_failure', 'misconfigured', 'remote_error', 'greylisted', 'rate_limited', 'ip_blocklisted', 'domain_blocklisted',
  'spam_content', 'virus', 'too_large', 'attachment_refused', 'auth_failed', 'tls_required', 'sender_rejected', 'protocol_error', 'local_error',
  'unclassified', 'syntax', 'credentials', 'policy', 'other', 'sender', 'recipient', 'content', 'spam_removed', 'spam_skipped', 'requeue', 'later', 'as_new',
  'unsubscribed', 'complained', 'hard_bounced', 'unreachable', 'unavailable', 'dup_unreachable', 'dup_temporarily_unavailable', 'dup_mailbox_full',
  'by_sender', 'campaign_blocked', 'account_blocked', 'fraud', 'auth_failure',
]
