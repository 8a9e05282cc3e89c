// Overview: what became of the messages of a period, beside the period before.
import { h, fill, heard } from '../dom.js'
import { chart } from '../chart.js'
import { before, figure, figures } from '../figures.js'
import { change, number, points, rate } from '../format.js'
import { byTime } from '../series.js'
import { all, command, empty, region } from '../states.js'
import { status } from '../status.js'
import { table } from '../table.js'
import { columnLabel, human } from '../words.js'

const shown = { count: number, ratio: rate }
const most = 500 // rows of a table

export function show(view) {
  const machines = view.params.get('machines') === 'true'
  if (!view.period) return fill(view.main, h('h1', {}, 'Overview'), nothingYet())
  const { from, to } = view.period
  const asked = { from, to, account: view.account }
  fill(view.main,
    h('div', { class: 'head' }, h('div', {}, h('h1', {}, 'Overview'), h('p', { class: 'period' }, `${view.period.text}, in UTC, beside the period of the same length before`)), machineSwitch(view, machines)),
    region(view, {
      name: 'figures', label: 'Figures', ask: () => totals(view, asked),
      draw: ([row]) => row?.messages > 0 ? bigFigures(row, machines) : nothingHere(view),
    }),
    region(view, {
      name: 'charts', label: 'Over time', ask: () => view.ask('/reports/overview', { ...asked, by: view.period.by, compare: true, limit: 10_000 }),
      draw: ({ rows }) => charts(view, rows, machines),
    }),
    places(view, asked, 'provider', machines), places(view, asked, 'campaign', machines), statuses(view, asked))
}

export const nothingYet = () => empty('There are no messages yet.', 'Take in a log: ', command('mailfate replay --data demo --serve /var/log/mail.log'), ', or follow what is written: ', command('mailfate run --config mailfate.yaml'))

const nothingHere = view => empty('No message had its first event in this period.', 'Choose a longer one above, or ', h('a', { href: view.link('/', { period: 'all', from: null, to: null }) }, 'look at everything'), '.')

// totals are one row: the overview's figures, and those of opens and clicks with machines.
async function totals(view, asked) {
  const compared = { ...asked, compare: true }
  const { data, problem } = await all(view.ask('/reports/overview', compared), view.ask('/reports/open', compared))
  if (problem) return { problem }
  const [overview, open] = data.map(d => d.rows[0] ?? {})
  return { data: [{ ...open, ...overview }] }
}

function machineSwitch(view, machines) {
  return h('label', { class: 'check' }, h('input', { type: 'checkbox', name: 'machines', checked: machines, on: { change: event => view.go({ machines: event.target.checked || null }) } }), 'Count machines’ opens and clicks too')
}

function bigFigures(row, machines) {
  const earlier = before(row)
  return h('dl', { class: 'figures' }, figures.map(f => {
    const [now, then] = [f.value(row, machines), f.value(earlier, machines)]
    const part = f.part?.(row, machines)
    return h('div', { class: 'figure', data: { figure: f.name, value: now } },
      h('dt', {}, f.label),
      h('dd', { class: 'figure-value' }, shown[f.kind](now)),
      h('dd', { class: 'figure-before' }, difference(f, now, then, earlier.messages)),
      h('dd', { class: 'figure-of' }, part && `${number(part[0])} of ${number(part[1])}: `, f.of))
  }))
}

// difference says how it was in the period before: better and worse in words and shape.
function difference(f, now, then, messages) {
  if (!(messages > 0) || then === null || then === undefined) return 'nothing in the period before'
  const text = f.kind === 'ratio' ? points(now, then) : change(now, then)
  const good = (now - then) * (f.better ?? 0)
  return [h('span', { class: 'difference', data: { good: good > 0 ? 'yes' : good < 0 ? 'no' : null } },
    now > then ? '▲ ' : now < then ? '▼ ' : '', text, good !== 0 && heard(good > 0 ? ' (better)' : ' (worse)')), ` from ${shown[f.kind](then)}`]
}

function charts(view, rows, machines) {
  const { times, of, earlier } = byTime(view.period, rows)
  const { by } = view.period
  const common = { by, times, signal: view.signal }
  const line = (label, name, colour, more) => ({ label, colour, values: of(r => r[name], 0), ...more })
  const one = (name, label, colour) => {
    const { value } = figure(name)
    return chart({
      ...common, name, label, kind: 'ratio', series: [
        { label: 'This period', colour, values: of(r => value(r, machines)), fill: true },
        { label: 'The period before', colour: '--ink-soft', faint: true, dash: [4, 4], values: earlier(r => value(r, machines)) },
      ],
    })
  }
  return [
    chart({
      ...common, name: 'messages', label: by === 'hour' ? 'Messages by the hour' : 'Messages by the day', kind: 'count', series: [
        line('Messages', 'messages', '--pending', { dash: [2, 3] }), line('Delivered', 'delivered', '--success', { fill: true }), line('Bounced', 'bounced', '--failure', { dash: [8, 3] }),
        { label: 'Messages, the period before', colour: '--ink-soft', faint: true, dash: [4, 4], values: earlier(r => r.messages) },
      ],
    }),
    h('div', { class: 'three' }, one('open_rate', 'Open rate', '--reader'), one('bounce_rate', 'Bounce rate', '--failure'), one('complaint_rate', 'Complaint rate', '--pending')),
  ]
}

// places are the figures by provider or campaign, with links to what they are made of.
function places(view, asked, by, machines) {
  const label = columnLabel(by)
  const rates = figures.filter(f => f.kind === 'ratio').map(f => ({ name: f.name, label: f.label, kind: 'ratio', of: f.of, value: r => f.value(r, machines), cell: r => rate(f.value(r, machines)) }))
  const columns = [
    { name: by, label, cell: row => row[by] ? h('a', { class: 'wrap', href: to(view, by, row[by]) }, by === 'provider' ? human(row[by]) : row[by]) : '(none)' },
    { name: 'messages', label: 'Messages', kind: 'count' }, { name: 'delivered', label: 'Delivered', kind: 'count' }, ...rates,
  ]
  return region(view, {
    name: by, title: by === 'provider' ? 'By provider' : 'By campaign',
    note: by === 'provider' ? 'Whose mailboxes they are. A name leads to its bounces.' : 'A name leads to its changes of status.',
    ask: () => both(view, { ...asked, by, limit: most }),
    draw: rows => rows.length > 0 ? table({ name: by, caption: `${label}, ${view.period.text}`, columns, rows, sort: '-messages', limit: 12 }) : nothingHere(view),
  })
}

// both joins what overview and open tell, whose click rates with machines only open has.
async function both(view, asked) {
  const { data, problem } = await all(view.ask('/reports/overview', asked), view.ask('/reports/open', asked))
  if (problem) return { problem }
  const [overview, open] = data
  const opens = new Map(open.rows.map(r => [r[asked.by], r]))
  return { data: overview.rows.map(r => ({ ...opens.get(r[asked.by]), ...r })) }
}

const to = (view, by, name) => by === 'provider'
  ? view.link('/bounces', { provider: name })
  : view.link('/feed', { campaign: name, from: view.period.from, to: view.period.to, period: null })

function statuses(view, asked) {
  const { vocabulary } = view
  return region(view, {
    name: 'statuses', title: 'What became of them', note: 'The status of each message now, in the words chosen above. A status leads to its messages.',
    ask: () => view.ask('/reports/overview', { ...asked, by: '', vocabulary, limit: most }),
    draw: ({ rows }) => rows.length > 0 ? table({
      name: 'statuses', caption: 'Messages by status', narrow: true, rows, sort: '-messages', columns: [
        { name: 'status', label: 'Status', cell: r => h('a', { href: view.link('/feed', { status: r.status, from: view.period.from, to: view.period.to, period: null }) }, status(vocabulary, r.status)) },
        { name: 'messages', label: 'Messages', kind: 'count' }, { name: 'share', label: 'Share', kind: 'ratio', of: 'of all messages of the period' },
      ],
    }) : nothingHere(view),
  })
}
