// Bounces: why messages did not arrive, whose fault it is, and where.
import { h, fill } from '../dom.js'
import { chart } from '../chart.js'
import { day, number, rate } from '../format.js'
import { before } from '../figures.js'
import { byTime } from '../series.js'
import { all, empty, region } from '../states.js'
import { table } from '../table.js'
import { human } from '../words.js'
import { nothingYet } from './overview.js'

const most = 1000 // rows
const filters = { provider: 'Provider', fault: 'Fault', class: 'Class' }

export function show(view) {
  if (!view.period) return fill(view.main, h('h1', {}, 'Bounces'), nothingYet())
  const { from, to } = view.period
  const asked = { from, to, account: view.account }
  const why = region(view, {
    name: 'reasons', title: 'Why', note: 'A reason leads to the messages that bounced for it, with the servers’ words.',
    ask: () => all(view.ask('/reports/bounce', { ...asked, by: 'provider,reason,class,fault', limit: most }), examples(view)),
    draw: ([{ rows }, said]) => reasons(view, rows, said),
  })
  fill(view.main, h('h1', {}, 'Bounces'), h('p', { class: 'period' }, `${view.period.text}, in UTC; a message that came back after it was accepted is one too`),
    region(view, {
      name: 'charts', label: 'Over time', ask: () => view.ask('/reports/bounce', { ...asked, by: view.period.by, compare: true, limit: most }),
      draw: ({ rows }) => charts(view, rows),
    }),
    why, places(view, asked, 'provider', 'By provider'), places(view, asked, 'domain', 'By recipient domain'), newReplies(view))
}

function charts(view, rows) {
  const { times, of, earlier } = byTime(view.period, rows)
  const common = { by: view.period.by, times, signal: view.signal }
  return h('div', { class: 'three' },
    chart({
      ...common, name: 'bounces', label: 'Bounces', kind: 'count', series: [
        { label: 'Hard', colour: '--failure', values: of(r => r.hard, 0), fill: true }, { label: 'Soft', colour: '--pending', values: of(r => r.soft, 0), dash: [8, 3] },
      ],
    }),
    chart({
      ...common, name: 'bounce_rate', label: 'Bounce rate', kind: 'ratio', series: [
        { label: 'This period', colour: '--failure', values: of(r => r.ended > 0 ? r.bounce_rate : null), fill: true },
        { label: 'The period before', colour: '--ink-soft', faint: true, dash: [4, 4], values: earlier(r => r.ended > 0 ? r.bounce_rate : null) },
      ],
    }))
}

// examples are the newest words of a server for each reason: {data: {reason: words}}.
async function examples(view) {
  const { data, problem } = await view.ask('/feed', { kind: ['bounced', 'bounced_later'], account: view.account, limit: 500 })
  if (problem?.kind === 'aborted') return { problem }
  const said = {}
  for (const change of data?.changes ?? []) if (change.remarks) said[change.reason] ??= change.remarks
  return { data: said } // without them the figures are as good
}

// reasons shows those rows that fit the filters, which stand in the address.
function reasons(view, rows, said) {
  const wanted = Object.keys(filters).filter(name => view.params.get(name))
  const fit = rows.filter(r => r.bounced > 0 && wanted.every(name => r[name] === view.params.get(name)))
  const total = fit.reduce((sum, r) => sum + r.bounced, 0)
  const chips = wanted.length > 0 && h('p', { class: 'filters' }, wanted.map(name =>
    h('button', { type: 'button', 'aria-label': `Take the filter ${filters[name]} away`, on: { click: () => view.go({ [name]: null }) } }, `${filters[name]}: ${human(view.params.get(name))} ✕`)))
  if (total === 0) return [chips, empty('Nothing bounced here in this period.', wanted.length > 0 ? 'Take a filter away to see more.' : 'That is how it should be.')]
  const share = { name: 'share', label: 'Share', kind: 'ratio', of: 'of these bounces', value: r => r.bounced / total, cell: r => rate(r.bounced / total) }
  const filter = name => ({ name, label: filters[name], cell: r => h('a', { href: view.link('/bounces', { ...kept(view), [name]: r[name] }) }, human(r[name])) })
  const bounced = { name: 'bounced', label: 'Bounces', kind: 'count' }
  return [chips,
    table({ name: 'faults', captioned: true, narrow: true, caption: `Whose fault: ${number(total)} bounces`, rows: summed(fit, ['fault']), sort: '-bounced', columns: [filter('fault'), bounced, share] }),
    table({
      name: 'reasons', captioned: true, caption: `Reasons of ${number(total)} bounces`, rows: summed(fit, ['reason', 'class', 'fault']), sort: '-bounced', limit: 15, columns: [
        { name: 'reason', label: 'Reason', cell: r => h('a', { href: toFeed(view, r.reason) }, human(r.reason)) },
        filter('class'), filter('fault'), bounced, share, { name: 'returned', label: 'Came back later', kind: 'count' },
        { name: 'example', label: 'What a server said', sortable: false, cell: r => said[r.reason] ? h('span', { class: 'said', title: said[r.reason] }, said[r.reason]) : h('span', { class: 'quiet' }, 'nothing, of late') },
      ],
    })]
}

const kept = view => Object.fromEntries(Object.keys(filters).map(name => [name, view.params.get(name)]))

const toFeed = (view, reason) => view.link('/feed', { reason, kind: 'bounced', from: view.period?.from, to: view.period?.to, period: null })

// summed adds rows up that are equal in what is named.
function summed(rows, names) {
  const sums = new Map()
  for (const row of rows) {
    const key = JSON.stringify(names.map(n => row[n]))
    const sum = sums.get(key) ?? { ...row, bounced: 0, returned: 0 }
    sums.set(key, { ...sum, bounced: sum.bounced + row.bounced, returned: sum.returned + row.returned })
  }
  return [...sums.values()]
}

function places(view, asked, by, title) {
  const cell = by === 'provider'
    ? r => h('a', { href: view.link('/bounces', { ...kept(view), provider: r.provider }) }, human(r.provider))
    : r => r.domain ? h('a', { class: 'wrap', href: view.link('/feed', { recipient: '@' + r.domain, kind: 'bounced', from: view.period.from, to: view.period.to, period: null }) }, r.domain) : '(none)'
  return region(view, {
    name: by, title, ask: () => view.ask('/reports/bounce', { ...asked, by, compare: true, limit: most }),
    draw: ({ rows }) => rows.length === 0 ? empty('Nothing ended in this period.', 'Choose a longer one above.') : table({
      name: by, caption: `Bounces ${title.toLowerCase()}`, rows, sort: '-bounced', limit: 12, columns: [
        { name: by, label: by === 'provider' ? 'Provider' : 'Domain', cell },
        { name: 'bounced', label: 'Bounces', kind: 'count' }, { name: 'hard', label: 'Hard', kind: 'count' }, { name: 'soft', label: 'Soft', kind: 'count' },
        { name: 'ended', label: 'Ended', kind: 'count' }, { name: 'bounce_rate', label: 'Bounce rate', kind: 'ratio', of: 'bounced ÷ (delivered, bounced or expired)' },
        { name: 'rate_before', label: 'The period before', kind: 'ratio', value: r => earlierRate(r), cell: r => rate(earlierRate(r)) },
      ],
    }),
  })
}

function earlierRate(row) {
  const earlier = before(row)
  return earlier.ended > 0 ? earlier.bounce_rate : null
}

function newReplies(view) {
  const title = 'New words of servers'
  if (!view.session.every_account) return null // whose they are, nobody can tell
  return region(view, {
    name: 'replies', title, note: 'Replies that came for the first time in the newest days, or come more often. One that no rule knows needs a rule.',
    ask: () => view.ask('/replies/new', { limit: 100 }),
    draw: ({ replies }) => replies.length === 0 ? empty('No wording is new.', 'Nothing to do.') : table({
      name: 'replies', caption: 'Wordings, those with most messages first', rows: replies, sort: '-messages', limit: 10, columns: [
        { name: 'template', label: 'Wording', cell: r => h('span', { class: 'said', title: r.example }, r.template) },
        { name: 'provider', label: 'Provider', cell: r => human(r.provider) },
        { name: 'reason', label: 'Read as', cell: r => h('a', { href: toFeed(view, r.reason) }, human(r.reason)) },
        { name: 'rule', label: 'By rule', cell: r => h('span', { class: 'mono' }, r.rule || '(none)') },
        { name: 'messages', label: 'Messages', kind: 'count' }, { name: 'first_seen', label: 'First seen', cell: r => h('span', { class: 'nowrap' }, day(r.first_seen)) },
      ],
    }),
  })
}
