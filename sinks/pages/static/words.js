// The words of the pages. They are English; statuses have labels in other languages, as
// the API tells them with the vocabularies.
import { kept } from './kept.js'

export const languages = { en: 'English', pt: 'Português', fr: 'Français', ru: 'Русский' }

export const language = () => kept('language', 'en')

// columns are the headings of what reports count.
const columns = {
  messages: 'Messages', delivered: 'Delivered', ended: 'Ended', bounced: 'Bounced', bounce_rate: 'Bounce rate',
  hard: 'Hard', soft: 'Soft', returned: 'Came back later', expired: 'Expired',
  opened: 'Opened', open_rate: 'Open rate', open_tracked: 'Opens tracked',
  opened_with_machines: 'Opened, machines too', open_rate_with_machines: 'Open rate, machines too',
  clicked: 'Clicked', click_rate: 'Click rate', click_tracked: 'Clicks tracked',
  clicked_with_machines: 'Clicked, machines too', click_rate_with_machines: 'Click rate, machines too',
  complained: 'Complaints', complaint_rate: 'Complaint rate', unsubscribed: 'Unsubscribed', unsubscribe_rate: 'Unsubscribe rate',
  domain: 'Domain', provider: 'Provider', campaign: 'Campaign', reason: 'Reason', class: 'Class', fault: 'Fault', status: 'Status', share: 'Share',
  account: 'Account', stream: 'Stream', shape: 'Shape', lines: 'Lines', example: 'Example',
}
export const columnLabel = name => columns[name] ?? human(name)

// names that are not their identifier with spaces.
const names = {
  no_dns: 'No DNS record', no_smtp: 'No SMTP server answers', ip_blocklisted: 'IP on a blocklist',
  domain_blocklisted: 'Domain on a blocklist', tls_required: 'TLS required', dns_failure: 'DNS failure',
  auth_failed: 'Authentication failed (SPF, DKIM, DMARC)', other: 'Other', unclassified: 'Known to no rule',
  recipient: 'The recipient’s address', content: 'The content', sender_reputation: 'The sender’s reputation',
  our_infrastructure: 'Our side', their_infrastructure: 'Their side', hard: 'Hard', soft: 'Soft',
}

// human writes an identifier of ours (a reason, a fault, a kind) for people.
export function human(identifier) {
  if (!identifier) return '(none)'
  if (Object.hasOwn(names, identifier)) return names[identifier]
  const text = identifier.replaceAll('_', ' ')
  return text[0].toUpperCase() + text.slice(1)
}

// Vocabularies, as the API tells them.
let vocabularies = []
export const setVocabularies = list => { vocabularies = list ?? [] }
export const vocabularyNames = () => vocabularies.map(v => v.name)

const vocabularyWords = { canonical: 'mailfate', netcore: 'Netcore', netcore_feed: 'Netcore feed', tipimail: 'Tipimail', unisender: 'UniSender' }
export const vocabularyLabel = name => vocabularyWords[name] ?? human(name)

export const statusesOf = name => vocabularies.find(v => v.name === name)?.statuses ?? []

// statusOf is what is known of a status: spelling, meaning, outcome and others.
export const statusOf = (vocabulary, status) => statusesOf(vocabulary).find(s => s.status === status)

// statusLabel names a status in the reader's language: {text, lang}. Where the
// vocabulary has no label, it is the text's own spelling.
export function statusLabel(vocabulary, status) {
  const known = statusOf(vocabulary, status)
  const lang = language()
  if (known?.labels?.[lang]) return { text: known.labels[lang], lang }
  if (known?.labels?.en) return { text: known.labels.en, lang: 'en' }
  return { text: known?.spelling ?? status, lang: 'en' }
}
