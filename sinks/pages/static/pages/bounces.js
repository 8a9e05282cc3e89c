// Bounces: what was refused, why, by whom, and what servers say that they did not before.
import { chart } from '../chart.js'
import { h, fill, heard } from '../dom.js'
import { beside, figures, ratio } from '../figures.js'
import { day, number, rate } from '../format.js'
import { overTime } from '../over_time.js'
import { link } from '../state.js'
import { command, empty, noMessages, region } from '../states.js'
import { table } from '../table.js'
import { foreign, plain, quoted } from '../visible.js'
import { columnLabel, human } from '../words.js'

const ended = 'bounced ÷ (delivered, bounced or expired)'

export async function show(view) {
  const { period } = view
  fill(view.main, h('h1', {}, 'Bounces'))
  if (!period) {
    view.main.append(noMessages(view))
    return
  }
  const asked = { from: period.from, to: period.to, account: view.account }
  const compare = period.key === 'all' ? null : 'true'
  const ask = more => () => view.ask('/reports/bounce', { ...asked, ...more })
  const ofAll = wanted(view).length > 0 && 'Of all mail: a filter narrows “Why” alone.'
  view.main.append(
    h('p', { class: 'period' }, period.text, ', by the hour in which each message began'),
    region(view, { name: 'figures', label: 'Figures', note: ofAll, ask: ask({ compare }), draw: drawFigures }),
    region(view, { title: 'Over time', name: 'time', note: ofAll, ask: ask({ by: period.by, compare, limit: 10_000 }), draw: data => drawTime(view, data) }),
    region(view, { title: 'Why', name: 'reason', note: 'What a remote server said is read by rules; each reason leads to the messages and the words. A fault, class, provider or domain shows its own reasons alone.', ask: () => reasons(view, asked), draw: data => drawReasons(view, data) }),
    h('div', { class: 'side-by-side' },
      region(view, { title: 'By provider', name: 'provider', ask: ask({ by: 'provider' }), draw: data => drawGroups(view, data, 'provider') }),
      region(view, { title: 'By domain', name: 'domain', ask: ask({ by: 'domain' }), draw: data => drawGroups(view, data, 'domain') })),
    region(view, { title: 'Put off', name: 'deferral', note: 'Messages that a server did not take at the first attempt, and why.', ask: () => view.ask('/reports/deferral', { ...asked, by: 'reason,fault' }), draw: data => drawDeferrals(view, data) }),
    region(view, { title: 'New replies', name: 'replies', note: 'Wordings that were first seen in the newest 30 days, or come more often than the day before.', ask: () => newReplies(view), draw: data => drawReplies(view, data) }))
}

// newReplies are asked for only by who may see every account's: a wording has no account.
async function newReplies(view) {
  return view.session.every_account ? view.ask('/replies/new', { limit: 200 }) : { data: { replies: null } }
}

function drawFigures({ rows: [row] }) {
  if (!row || row.messages === 0) return empty('No message began in this period.', 'Choose another period above.')
  return figures([
    { name: 'bounced', label: 'Bounced', kind: 'count', value: row.bounced, before: beside(row, 'bounced'), better: -1, of: `of ${number(row.ended)} delivered, bounced or expired` },
    { name: 'bounce_rate', label: 'Bounce rate', kind: 'ratio', value: ratio(row.bounced, row.ended), before: beside(row, 'bounce_rate', 'ended'), better: -1 },
    { name: 'hard', label: 'Hard', kind: 'count', value: row.hard, before: beside(row, 'hard'), better: -1, of: 'messages to addresses to write to no more' },
    { name: 'soft', label: 'Soft', kind: 'count', value: row.soft, before: beside(row, 'soft'), better: -1, of: 'messages that another day may be better for' },
    { name: 'returned', label: 'Came back later', kind: 'count', value: row.returned, before: beside(row, 'returned'), better: -1, of: 'accepted first, then returned by mail' },
  ])
}

function drawTime(view, { rows }) {
  if (rows.length === 0) return empty('No message began in this period.')
  const { by } = view.period
  const { times, column } = overTime(view.period, rows)
  const each = by === 'hour' ? 'hour' : 'day'
  const before = { label: 'Bounce rate before', values: column(r => ratio(r.bounced_before, r.ended_before), null), colour: '--failure', faint: true, dash: [2, 3] }
  return [
    chart({
      name: 'counts', label: `Bounces each ${each}`, kind: 'count', by, times, signal: view.signal, series: [
        { label: 'Hard', values: column(r => r.hard), colour: '--failure', fill: true },
        { label: 'Soft', values: column(r => r.soft), colour: '--pending', dash: [6, 3] },
      ],
    }),
    chart({
      name: 'rates', label: `Bounce rate each ${each}`, kind: 'ratio', by, times, signal: view.signal, series: [
        { label: 'Bounce rate', values: column(r => ratio(r.bounced, r.ended), null), colour: '--failure' },
        ...(before.values.some(v => v !== null) ? [before] : []),
      ],
    }),
  ]
}

// changes is the address of the changes that a row is about.
const changes = (view, more) => link('/feed', { period: null, from: view.period.from, ...more })

// filters are what reasons may be narrowed down to; they stand in the address.
const filters = { provider: 'Provider', domain: 'Domain', class: 'Class', fault: 'Whose doing' }
const filterLabel = (name, value) => plain(name === 'domain' ? value : human(value)).slice(0, 300)
const wanted = view => Object.keys(filters).filter(name => view.params.get(name))
const filtered = (view, more) => link('/bounces', { ...Object.fromEntries(wanted(view).map(name => [name, view.params.get(name)])), ...more })

// reasons asks for the bounces by what they may be narrowed down to, and for what servers
// said: {data: {rows, more, said}}. The figures are as good without the words.
async function reasons(view, asked) {
  const place = view.params.get('domain') ? 'domain' : 'provider'
  const { data, problem } = await view.ask('/reports/bounce', { ...asked, by: `${place},reason,class,fault`, limit: 10_000 })
  if (problem) return { problem }
  const rows = data.rows.filter(r => r.bounced > 0 && wanted(view).every(name => r[name] === view.params.get(name)))
  const said = await examples(view, new Set(rows.map(r => r.reason)))
  return { data: { rows, said, more: data.more } }
}

// examples are the newest words of a server for each reason, of what is looked at: {reason:
// words}, or null where the feed cannot be asked for just that. Reasons that are rare are
// asked for again without the others.
async function examples(view, missing) {
  if (view.params.get('provider')) return null
  const said = {}
  for (let before = Infinity; missing.size > 0 && missing.size < before;) {
    before = missing.size
    const { data } = await view.ask('/feed', { ...bounced(view), reason: [...missing], from: view.period.from, to: view.period.to, account: view.account, limit: 500 })
    for (const { reason, remarks } of data?.changes ?? []) {
      if (!remarks || !missing.delete(reason)) continue
      said[reason] = remarks
    }
  }
  return said
}

// bounced is what the feed calls bounces, to the domain if one is looked at.
function bounced(view) {
  const domain = view.params.get('domain')
  return { kind: ['bounced', 'bounced_later'], recipient: domain && '@' + domain }
}

// summed adds up rows that are equal in what is named.
function summed(rows, ...names) {
  const sums = new Map()
  for (const row of rows) {
    const key = names.map(name => row[name]).join(' ')
    const sum = sums.get(key) ?? { ...row, bounced: 0, returned: 0 }
    sums.set(key, { ...sum, bounced: sum.bounced + row.bounced, returned: sum.returned + row.returned })
  }
  return [...sums.values()]
}

function drawReasons(view, { rows, said, more }) {
  const total = rows.reduce((sum, r) => sum + r.bounced, 0)
  const off = wanted(view).map(name => h('button', { type: 'button', data: { filter: name }, on: { click: () => view.go({ [name]: null }) } },
    `${filters[name]}: ${filterLabel(name, view.params.get(name))} `, h('span', { 'aria-hidden': 'true' }, '✕'), heard(', take this filter away')))
  const chips = off.length > 0 && h('p', { class: 'narrowed' }, off)
  if (total === 0) return [chips, empty(chips ? 'Nothing of that kind bounced in this period.' : 'Nothing bounced in this period.', chips ? 'Take a filter away to see more.' : '')]
  const by = name => ({ name, label: filters[name], cell: r => h('a', { href: filtered(view, { [name]: r[name] }) }, human(r[name])) })
  const count = { name: 'bounced', label: 'Bounced', kind: 'count' }
  const share = { name: 'share', label: 'Share', kind: 'ratio', of: 'of these bounces', value: r => r.bounced, cell: r => rate(r.bounced / total) }
  return [chips,
    table({ name: 'fault', caption: `Whose doing ${number(total)} bounces are`, captioned: true, narrow: true, rows: summed(rows, 'fault'), sort: '-bounced', columns: [by('fault'), count, share] }),
    table({
      name: 'reason', caption: `Reasons of ${number(total)} bounces`, captioned: true, rows: summed(rows, 'reason', 'class', 'fault'), sort: '-bounced', limit: 15,
      columns: [
        { name: 'reason', label: 'Reason', cell: r => said ? h('a', { href: changes(view, { ...bounced(view), reason: r.reason }) }, human(r.reason)) : human(r.reason), value: r => human(r.reason) },
        count, share, by('class'), by('fault'),
        { name: 'returned', label: 'Came back later', kind: 'count' },
        said && { name: 'example', label: 'What a server said', sortable: false, cell: r => said[r.reason] ? h('span', { class: 'said' }, foreign(said[r.reason], 500)) : '' },
      ].filter(Boolean),
    }),
    !said && h('p', { class: 'note' }, 'The feed has domains and no providers: choose a domain below to see what its servers said, and to follow a reason.'),
    more && h('p', { class: 'note' }, 'There is more than is shown here: rare reasons may be missing. A shorter period shows all.')]
}

function drawGroups(view, { rows, more }, name) {
  if (rows.length === 0) return empty('No message began in this period.')
  const other = name === 'domain' ? 'provider' : 'domain' // of which there is one
  const named = r => r[name] ? h('a', { class: 'wrap', href: filtered(view, { [name]: r[name], [other]: null }) }, foreign(r[name], 300)) : '(none)'
  return [
    table({
      name, caption: `Bounces by ${name}`, rows, sort: '-bounced', limit: 10,
      columns: [
        { name, label: columnLabel(name), cell: named },
        { name: 'ended', label: 'Decided', kind: 'count' },
        { name: 'bounced', label: 'Bounced', kind: 'count' },
        { name: 'bounce_rate', label: 'Rate', kind: 'ratio', of: ended },
        { name: 'hard', label: 'Hard', kind: 'count' },
      ],
    }),
    more && h('p', { class: 'note' }, 'These are those with most bounces; ', command(`mailfate report bounce --data DIR --by ${name} --limit 100000`), ' tells of all.'),
  ]
}

function drawDeferrals(view, { rows }) {
  if (rows.length === 0) return empty('Nothing was put off in this period.')
  return table({
    name: 'deferral', caption: 'Messages that were put off, by reason', rows, sort: '-deferred', limit: 10,
    columns: [
      { name: 'reason', label: 'Reason', cell: r => h('a', { href: changes(view, { kind: 'deferred', reason: r.reason }) }, human(r.reason)), value: r => human(r.reason) },
      { name: 'fault', label: 'Whose doing', cell: r => human(r.fault) },
      { name: 'deferred', label: 'Messages', kind: 'count' },
    ],
  })
}

function drawReplies(view, { replies }) {
  if (replies === null) return empty('Wordings are those of all accounts.', 'A key with scope admin sees them.')
  if (replies.length === 0) return empty('No new wording.')
  return table({
    name: 'replies', caption: 'Wordings of replies, without names, addresses and numbers', rows: replies, sort: '-last_day', limit: 8,
    columns: [
      { name: 'template', label: 'Wording', cell: r => h('details', { class: 'reply' }, h('summary', { class: 'wrap' }, foreign(r.template)), h('p', { class: 'wrap detail' }, 'For example: ', quoted(r.example)), h('p', { class: 'detail' }, 'Rule ', h('code', {}, r.rule), ', fingerprint ', h('code', {}, r.fingerprint))) },
      { name: 'last_day', label: 'Newest day', kind: 'count' },
      { name: 'day_before', label: 'Day before', kind: 'count' },
      { name: 'provider', label: 'Provider', cell: r => r.provider || '(none)' },
      { name: 'reason', label: 'Read as', cell: r => h('a', { href: link('/feed', { period: null, reason: r.reason }) }, human(r.reason)), value: r => human(r.reason) },
      { name: 'first_seen', label: 'First seen', cell: r => h('span', { class: 'nowrap' }, day(r.first_seen)) },
    ],
  })
}
