// Health: whether all is well with what takes messages in, and what to do if it is not.
import { h, fill } from '../dom.js'
import { ago, day, number, time } from '../format.js'
import { command, empty, region } from '../states.js'
import { table } from '../table.js'
import { foreign } from '../visible.js'

// behind is how many records may wait before somebody should look.
const behind = 100_000

export async function show(view) {
  fill(view.main, h('h1', {}, 'Health'),
    region(view, { name: 'health', label: 'Health', ask: () => view.ask('/health', { account: view.account }), draw: data => draw(view, data) }))
}

function draw(view, health) {
  const problems = problemsOf(health)
  return [
    problems.length === 0
      ? h('p', { class: 'verdict', data: { verdict: 'well' } }, 'All is well: there is nothing to do.')
      : h('section', { 'aria-label': 'What to do' },
        h('p', { class: 'verdict', data: { verdict: 'look' } }, problems.length === 1 ? 'One thing to look at.' : `${number(problems.length)} things to look at.`),
        h('ul', { class: 'problems' }, problems.map(({ text, todo }) => h('li', {}, h('p', {}, text), h('p', { class: 'todo' }, todo))))),
    known(health, view.session.every_account),
    view.session.every_account ? [streams(health), unread(health)] : h('p', { class: 'note' }, 'Streams and lines that were not understood are shown to keys with scope admin.'),
  ]
}

// problemsOf says what is not well, the worst first, and what to do about it.
function problemsOf({ lag, dead_letters, unread, contested, unmatched, rollup, messages }) {
  const found = []
  const add = (is, text, ...todo) => is && found.push({ text, todo })
  add(messages === 0, 'No messages yet.', 'Let mailfate read a log: ', command('mailfate run --data DIR postfix:/var/log/mail.log'))
  add(lag.processor > behind, `${number(lag.processor)} events wait to be judged.`, 'If that grows, give the processor more of the machine, or start another mailfate run.')
  add(lag.sink > behind, `${number(lag.sink)} statuses wait to be written to ClickHouse.`, 'See whether ClickHouse is busy or away: the log of mailfate says so.')
  add(dead_letters > 0, `${number(dead_letters)} events could not be applied.`, 'See why: ', command('mailfate dead list --data DIR'), ', mend it, then ', command('mailfate dead retry --data DIR --all'))
  add(rollup.failures > 0, `Counts by the hour could not be compared ${number(rollup.failures)} times.`, 'The log of mailfate says why; reports may be behind.')
  const lines = unread.reduce((sum, u) => sum + u.lines, 0)
  add(lines > 0, `${number(lines)} lines were not understood.`, 'They are below, one example of each shape. See them with ', command('mailfate parse --shapes FILE'), '; what is no log of mail belongs into another file.')
  add(unmatched > 0, `${number(unmatched)} hits and reports belong to no known message.`, 'See what they may be about: ', command('mailfate unmatched list --data DIR'))
  add(contested > 0, `${number(contested)} hits and reports could belong to several accounts.`, 'Their sources need an account: ', command('sources[].account'), ' in the configuration.')
  return found
}

// known are the figures, none of which is a problem by itself.
function known({ messages, span, taken_in_at, lag, dead_letters, rollup }, every) {
  const elsewhere = every ? 'known to mailfate run alone: its own page and metrics tell' : 'shown to keys with scope admin'
  const fact = (label, value, name) => h('div', { class: 'measure', data: { fact: name } }, h('dt', {}, label), h('dd', {}, value))
  const waits = n => n === null || n === undefined ? elsewhere : n === 0 ? 'nothing waits' : `${number(n)} wait`
  return h('dl', { class: 'measures' },
    fact('Messages', number(messages), 'messages'),
    fact('From – to', [...new Set([day(span.from), day(span.to)])].join(' – '), 'span'),
    fact('Last taken in', taken_in_at ? `${ago(taken_in_at)} (${time(taken_in_at)})` : every ? '–' : elsewhere, 'taken_in'),
    fact('Events to be judged', waits(lag.processor), 'processor'),
    fact('Statuses to be written', waits(lag.sink), 'sink'),
    fact('Events that could not be applied', dead_letters === null ? elsewhere : number(dead_letters), 'dead'),
    fact('Counts by the hour', rollup.counted_at ? `made ${ago(rollup.counted_at)}` : every ? 'not made yet' : elsewhere, 'rollup'))
}

function streams({ streams }) {
  return h('section', { class: 'region', 'aria-label': 'Streams' }, h('h2', {}, 'Streams'),
    streams.length === 0 ? empty('Nothing has been read yet.') : table({
      name: 'streams', caption: 'What is read, and how far', rows: streams, sort: '-taken_in_at', limit: 50,
      columns: [
        { name: 'stream', label: 'Stream', cell: r => h('span', { class: 'wrap' }, foreign(r.stream)) },
        { name: 'newest_at', label: 'Newest event', cell: r => time(r.newest_at) },
        { name: 'taken_in_at', label: 'Last taken in', cell: r => `${ago(r.taken_in_at)}` },
      ],
    }))
}

function unread({ unread }) {
  return h('section', { class: 'region', 'aria-label': 'Lines that were not understood' }, h('h2', {}, 'Lines that were not understood'),
    unread.length === 0 ? empty('Every line was understood.') : table({
      name: 'unread', caption: 'One row for each shape of line', rows: unread, sort: '-lines', limit: 20,
      columns: [
        { name: 'example', label: 'Example', cell: r => h('code', { class: 'wrap' }, foreign(r.example)) },
        { name: 'lines', label: 'Lines', kind: 'count' },
        { name: 'stream', label: 'Stream', cell: r => h('span', { class: 'wrap' }, foreign(r.stream)) },
        { name: 'first_at', label: 'First', cell: r => time(r.first_at) },
      ],
    }))
}
