// What a message is, and where it stands.
import { h } from '../dom.js'
import { number } from '../format.js'
import { toFeed, toMessage, toRecipient } from '../links.js'
import { status } from '../status.js'
import { foreign } from '../visible.js'

const quiet = text => h('span', { class: 'quiet' }, text)

// standing is the status now, large, and what it means.
export function standing(recipient, vocabulary) {
  const now = recipient.statuses[vocabulary]
  if (!now) return null
  return h('div', { class: 'standing', data: { status: now.status, outcome: now.outcome } },
    h('p', { class: 'standing-status' }, status(vocabulary, now.status)),
    h('p', {}, now.meaning, now.final && quiet(' Final: only a new attempt would change it.')))
}

// facts are what is known of the message and this recipient of it.
export function facts(story, recipient, { accounts }) {
  const rows = [
    ['From', recipient.sender ? foreign(recipient.sender) : quiet('unknown')],
    ['To', toRecipient(recipient.recipient) ?? quiet('no recipient named')],
    recipient.campaign && ['Campaign', toFeed({ campaign: recipient.campaign }, foreign(recipient.campaign))],
    recipient.tags?.length > 0 && ['Tags', recipient.tags.map((tag, i) => [i > 0 && ', ', foreign(tag)])],
    accounts.length > 1 && ['Account', foreign(recipient.account)],
    recipient.size > 0 && ['Size', `${number(recipient.size)} bytes`],
    ['Message-ID', foreign(story.message_id)],
    recipient.email_id && ['Email id', foreign(recipient.email_id)],
    ['Number', h('span', {}, recipient.id)],
    ['So far', counted(recipient.counts)],
  ].filter(Boolean)
  return h('dl', { class: 'facts' }, rows.map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]))
}

// counted says how often what has happened.
function counted(counts) {
  const parts = [
    [Math.max(counts.attempts, 1) - 1, 'new attempt', 'new attempts'], [counts.deferrals, 'deferral', 'deferrals'],
    [counts.opens, 'open', 'opens'], [counts.clicks, 'click', 'clicks'],
    [counts.machine_opens, 'open by a machine', 'opens by machines'], [counts.machine_clicks, 'click by a machine', 'clicks by machines'],
    [counts.suspicious, 'suspicious event', 'suspicious events'],
  ].filter(([n]) => n > 0).map(([n, one, many]) => `${number(n)} ${n === 1 ? one : many}`)
  if (counts.at_least && parts.length > 0) parts[parts.length - 1] += ' (at least)'
  if (counts.unsubscribed) parts.push('unsubscribed')
  if (counts.complained) parts.push('reported as spam')
  return parts.join(', ') || quiet('no opens, clicks or deferrals')
}

// doubts say what is not as it seems.
export function doubts(story, recipient) {
  const all = []
  const withdrawn = recipient.timeline?.some(m => m.withdrawn)
  if (recipient.taken_back > 0) {
    all.push(['taken-back', `${several(recipient.taken_back, 'change was', 'changes were')} told once and taken back, because something that came later showed that it was otherwise.`,
      !withdrawn && ['To see what: ', h('code', { class: 'command' }, 'mailfate explain --data DIR --all')]])
  }
  if (recipient.differs > 0) {
    all.push(['differs', `The database tells ${several(recipient.differs, 'change', 'changes')} otherwise than this story.`,
      ['Events may still be on their way: load the page again in a moment. If it stays, events were deleted or the rules have changed: ', h('code', { class: 'command' }, 'mailfate refold --data DIR')]])
  }
  if (story.cut) all.push(['cut', 'There is more than one story can hold: some events or changes are left out here.', 'The feed has all changes of this message.'])
  return all.map(([name, text, todo]) => h('div', { class: 'empty', data: { doubt: name } }, h('p', {}, text), todo && h('p', { class: 'todo' }, todo)))
}

const several = (n, one, many) => `${number(n)} ${n === 1 ? one : many}`

// others lists the recipients of a message that went to several, each with its status.
export function others(story, chosen, vocabulary) {
  if (story.recipients.length < 2 && story.more_recipients === 0) return null
  return h('section', { class: 'region', 'aria-label': 'Recipients', data: { region: 'recipients' } },
    h('h2', {}, `Recipients: ${number(story.recipients.length + story.more_recipients)}`),
    h('ul', { class: 'recipients' }, story.recipients.map(r => h('li', {},
      r === chosen ? h('strong', { 'aria-current': 'true' }, foreign(r.recipient, 320)) : toMessage(r.id, null, foreign(r.recipient, 320)),
      ' ', status(vocabulary, r.statuses[vocabulary]?.status ?? 'none')))),
    story.more_recipients > 0 && h('p', { class: 'note' }, `And ${number(story.more_recipients)} more. `, toFeed({ message_id: story.message_id }, 'All of them, in the feed')))
}
