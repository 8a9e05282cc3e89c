// Recipient: what is known of one address.
import { h, fill } from '../dom.js'
import { figures } from '../figures.js'
import { number, rate } from '../format.js'
import { at, toFeed, toMessage } from '../links.js'
import { lookup } from '../lookup.js'
import { empty, region } from '../states.js'
import { status } from '../status.js'
import { told } from '../suppression.js'
import { table } from '../table.js'
import { foreign, plain, quoted } from '../visible.js'
import { human } from '../words.js'

export async function show(view) {
  const address = view.params.get('address')?.trim() ?? ''
  const search = lookup(view, {
    label: 'Look up an address', name: 'address', value: address, hint: 'The whole address. For a part of one, search the feed.',
    found: text => ({ address: text }),
  })
  if (!address) return fill(view.main, h('h1', {}, 'Recipient'), search, empty('No address is chosen.', 'Type one above, or follow one from the ', toFeed({}, 'feed'), '.'))
  view.title(plain(address).slice(0, 80))
  const path = '/recipients/' + encodeURIComponent(address)
  fill(view.main, h('h1', { class: 'subject' }, foreign(address, 320)), search,
    region(view, { label: 'Suppression', name: 'suppression', ask: () => suppressed(view, address), draw: list => list.length > 0 ? list.map(told) : h('p', { class: 'note' }, 'Not suppressed: nobody has complained or unsubscribed, and nothing has bounced hard.') }),
    region(view, { label: 'Facts and messages', name: 'recipient', ask: () => known(view, path), draw: data => drawKnown(data, view) }))
}

// suppressed asks whether the address is to be written to no more; of each account that
// one may see.
async function suppressed(view, address) {
  const { data, problem } = await view.ask('/suppressions', { recipient: address, account: view.account })
  if (problem) return { problem }
  return { data: data.suppressions.filter(s => s.recipient.toLowerCase() === address.toLowerCase()) }
}

// An address that nothing is known of is an answer too.
async function known(view, path) {
  const answer = await view.ask(path, { vocabulary: view.vocabulary, account: view.account, limit: 100 })
  return answer.problem?.status === 404 ? { data: null } : answer
}

function drawKnown(data, view) {
  if (!data) {
    const words = view.params.get('address').slice(0, 320)
    return empty('Nothing is known of this address.', 'Is it whole, and spelt as it was sent to? ', toFeed({ q: words, period: null, from: null, to: null }, 'Search the feed for it'), '.')
  }
  return [
    figures(facts(data)),
    messages(data, view),
    h('p', {}, toFeed({ recipient: data.recipient, period: null, from: null, to: null }, 'Everything about this address, in the feed')),
  ]
}

const facts = d => [
  ['messages', 'Messages', d.messages, 0], ['delivered', 'Delivered', d.delivered, d.messages], ['opened', 'Opened', d.opened, d.delivered], ['clicked', 'Clicked', d.clicked, d.delivered],
  ['hard_bounces', 'Hard bounces', d.hard_bounces, d.messages], ['soft_bounces', 'Soft bounces', d.soft_bounces, d.messages], ['complained', 'Complaints', d.complained, d.delivered], ['unsubscribed', 'Unsubscribed', d.unsubscribed, d.delivered],
].map(([name, label, value, of]) => ({ name, label, kind: 'count', value, of: of > 0 && value > 0 && rate(value / of) }))

function messages(data, view) {
  const columns = [
    { name: 'last_at', label: 'Last change', cell: m => toMessage(m.id, null, at(m.last_at)) },
    { name: 'subject', label: 'Subject and sender', cell: m => [h('div', { class: 'first clamped' }, m.subject ? foreign(m.subject, 300) : '(no subject known)'), h('div', { class: 'second' }, 'from ', foreign(m.sender, 320))] },
    { name: 'status', label: 'Status', cell: m => status(view.vocabulary, m.status) },
    { name: 'reason', label: 'Reason and reply', cell: m => [m.reason && h('div', { class: 'first' }, human(m.reason)), m.remarks && h('div', { class: 'second clamped' }, 'The server said ', quoted(m.remarks, 300))] },
  ]
  const all = data.messages > data.newest.length ? `The newest ${number(data.newest.length)} of ${number(data.messages)} messages` : `${number(data.messages)} ${data.messages === 1 ? 'message' : 'messages'}`
  return table({ name: 'messages', caption: all, columns, rows: data.newest, sort: '-last_at' })
}
