// Overview: what became of the messages of a period.
import { chart } from '../chart.js'
import { h, fill, heard } from '../dom.js'
import { beside, figures, ratio } from '../figures.js'
import { number } from '../format.js'
import { overTime } from '../over_time.js'
import { link } from '../state.js'
import { all, command, empty, noMessages, region } from '../states.js'
import { status } from '../status.js'
import { table } from '../table.js'
import { foreign } from '../visible.js'
import { columnLabel } from '../words.js'

export async function show(view) {
  const { period } = view
  fill(view.main, h('h1', {}, 'Overview'))
  if (!period) {
    view.main.append(noMessages(view))
    return
  }
  const asked = { from: period.from, to: period.to, account: view.account }
  const machines = view.params.get('machines') === '1'
  view.main.append(
    h('p', { class: 'period' }, period.text, ', by the hour in which each message began'),
    withMachines(view, machines),
    region(view, { name: 'figures', label: 'Figures', ask: () => figuresOf(view, asked), draw: data => drawFigures(data, machines) }),
    region(view, { title: 'Over time', name: 'time', ask: () => view.ask('/reports/overview', { ...asked, by: period.by, compare: compared(period), limit: 10_000 }), draw: data => drawTime(view, data, machines) }),
    region(view, { title: 'Where they stand', name: 'statuses', ask: () => view.ask('/reports/overview', { ...asked, vocabulary: view.vocabulary }), draw: data => drawStatuses(view, data) }),
    h('div', { class: 'side-by-side' },
      region(view, { title: 'By provider', name: 'provider', ask: () => view.ask('/reports/overview', { ...asked, by: 'provider' }), draw: data => drawGroups(view, data, 'provider', machines) }),
      region(view, { title: 'By campaign', name: 'campaign', ask: () => view.ask('/reports/overview', { ...asked, by: 'campaign' }), draw: data => drawGroups(view, data, 'campaign', machines) })))
}

// withMachines is the switch for opens and clicks of proxies and scanners.
function withMachines(view, on) {
  return h('p', {}, h('label', { class: 'check' },
    h('input', { type: 'checkbox', name: 'machines', checked: on, on: { change: event => view.go({ machines: event.target.checked ? '1' : null }) } }),
    'Count what machines opened and clicked too'))
}

// A period that shows everything there is has none before it.
const compared = period => period.key === 'all' ? null : 'true'

function figuresOf(view, asked) {
  const compare = compared(view.period)
  return all(view.ask('/reports/overview', { ...asked, compare }), view.ask('/reports/open', { ...asked, compare }))
}

function drawFigures([overview, open], machines) {
  const row = overview.rows[0]
  if (!row || row.messages === 0) return empty('No message began in this period.', 'Choose another period above.')
  const opens = open.rows[0] ?? {}
  const with_ = machines ? '_with_machines' : ''
  const complaints = r => ratio(r.complained, r.delivered)
  const complaintsBefore = r => r.messages_before > 0 ? ratio(r.complained_before, r.delivered_before) : null
  return figures([
    { name: 'messages', label: 'Messages', kind: 'count', value: row.messages, before: beside(row, 'messages') },
    { name: 'delivered', label: 'Delivered', kind: 'count', value: row.delivered, before: beside(row, 'delivered'), better: 1, of: `of ${number(row.ended)} that are decided` },
    { name: 'open_rate', label: 'Open rate', kind: 'ratio', value: known(opens, `open_rate${with_}`, 'open_tracked'), before: beside(opens, `open_rate${with_}`, 'open_tracked'), better: 1, of: `${number(opens[`opened${with_}`])} of ${number(opens.open_tracked)} delivered with tracking` },
    { name: 'click_rate', label: 'Click rate', kind: 'ratio', value: known(opens, `click_rate${with_}`, 'click_tracked'), before: beside(opens, `click_rate${with_}`, 'click_tracked'), better: 1, of: `${number(opens[`clicked${with_}`])} of ${number(opens.click_tracked)} delivered with tracking` },
    { name: 'bounce_rate', label: 'Bounce rate', kind: 'ratio', value: known(row, 'bounce_rate', 'ended'), before: beside(row, 'bounce_rate', 'ended'), better: -1, of: `${number(row.bounced)} of ${number(row.ended)} delivered, bounced or expired` },
    { name: 'complaint_rate', label: 'Complaint rate', kind: 'ratio', value: complaints(row), before: complaintsBefore(row), better: -1, of: `${number(row.complained)} of ${number(row.delivered)} delivered` },
  ])
}

// known is a rate of a report's row, which is unknown where its denominator is 0.
const known = (row, name, whole) => row[whole] > 0 ? row[name] : null

function drawTime(view, { rows }, machines) {
  if (rows.length === 0) return empty('No message began in this period.')
  const { by } = view.period
  const { times, column } = overTime(view.period, rows)
  const before = name => column(r => beside(r, name), null)
  const opened = machines ? 'opened_with_machines' : 'opened'
  const each = by === 'hour' ? 'hour' : 'day'
  const then = series => series.values.some(v => v !== null) ? [series] : []
  // A chart for each: a complaint rate is nothing beside an open rate.
  const rates = (name, label, colour, value, earlier) => chart({
    name, label, kind: 'ratio', by, times, signal: view.signal, series: [
      { label: 'This period', values: column(value, null), colour, fill: true },
      ...then({ label: 'The period before', values: column(earlier, null), colour: '--ink-soft', faint: true, dash: [2, 3] }),
    ],
  })
  return [
    chart({
      name: 'counts', label: `Messages each ${each}`, kind: 'count', by, times, signal: view.signal, series: [
        { label: 'Messages', values: column(r => r.messages), colour: '--ink-soft' },
        { label: 'Delivered', values: column(r => r.delivered), colour: '--success', fill: true },
        { label: 'Bounced', values: column(r => r.bounced), colour: '--failure', dash: [6, 3] },
        ...then({ label: 'Messages before', values: before('messages'), colour: '--ink-soft', faint: true, dash: [2, 3] }),
      ],
    }),
    h('div', { class: 'three' },
      rates('open_rate', machines ? 'Open rate, machines too' : 'Open rate', '--reader', r => ratio(r[opened], r.open_tracked), r => ratio(r[`${opened}_before`], r.open_tracked_before)),
      rates('bounce_rate', 'Bounce rate', '--failure', r => ratio(r.bounced, r.ended), r => ratio(r.bounced_before, r.ended_before)),
      rates('complaint_rate', 'Complaint rate', '--pending', r => ratio(r.complained, r.delivered), r => ratio(r.complained_before, r.delivered_before))),
  ]
}

// drawStatuses shows how many messages stand where, in the vocabulary that is chosen.
function drawStatuses(view, { rows }) {
  if (rows.length === 0) return empty('No message began in this period.')
  const most = Math.max(...rows.map(r => r.share))
  return table({
    name: 'status', caption: 'Messages by the status that they have now', rows, sort: '-messages', limit: 12, narrow: true,
    columns: [
      { name: 'status', label: 'Status', cell: r => h('a', { href: link('/feed', { status: r.status, period: null, from: view.period.from, to: view.period.to }) }, status(view.vocabulary, r.status)) },
      { name: 'messages', label: 'Messages', kind: 'count' },
      { name: 'share', label: 'Share', kind: 'ratio', of: 'of all messages of the period' },
      { name: 'bar', label: heard('Share, drawn'), sortable: false, cell: r => h('span', { class: 'bar', 'aria-hidden': 'true', style: { '--share': String(r.share / most) } }) },
    ],
  })
}

// drawGroups is a table by provider or campaign.
function drawGroups(view, { rows, more }, name, machines) {
  if (rows.length === 0) return empty('No message began in this period.')
  const opened = machines ? 'opened_with_machines' : 'opened'
  const list = rows.map(r => ({ ...r, open_rate: ratio(r[opened], r.open_tracked), complaint_rate: ratio(r.complained, r.delivered), bounce_rate: ratio(r.bounced, r.ended) }))
  const named = name === 'campaign'
    ? r => r.campaign ? h('a', { class: 'wrap', href: link('/feed', { campaign: r.campaign, period: null, from: view.period.from, to: view.period.to }) }, foreign(r.campaign, 300)) : '(none)'
    : r => r.provider ? h('a', { href: link('/bounces', { provider: r.provider }) }, foreign(r.provider)) : '(none)'
  return [
    table({
      name, caption: `Messages by ${name}`, rows: list, sort: '-messages', limit: 10,
      columns: [
        { name, label: columnLabel(name), cell: named },
        { name: 'messages', label: 'Messages', kind: 'count' },
        { name: 'open_rate', label: 'Opened', kind: 'ratio', of: 'opened ÷ delivered with tracking' },
        { name: 'bounce_rate', label: 'Bounced', kind: 'ratio', of: 'bounced ÷ (delivered, bounced or expired)' },
        { name: 'complaint_rate', label: 'Complained', kind: 'ratio', of: 'complained ÷ delivered' },
      ],
    }),
    more && h('p', { class: 'note' }, 'These are those with most messages; ', command(`mailfate report overview --data DIR --by ${name} --limit 100000`), ' tells of all.'),
  ]
}
