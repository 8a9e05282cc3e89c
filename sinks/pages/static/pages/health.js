// Health: whether everything that is sent to mailfate gets in, and what to do if it does not.
import { h, fill } from '../dom.js'
import { ago, milliseconds, minute, moment, number, time } from '../format.js'
import { command, empty, region } from '../states.js'
import { table } from '../table.js'

export function show(view) {
  fill(view.main, h('h1', {}, 'Health'), h('p', { class: 'period' }, 'What is taken in, and what is left over; asked again every minute'),
    region(view, { name: 'health', label: 'Health', ask: () => view.ask('/health'), draw: health => draw(view, health) }))
}

function draw(view, health) {
  const wrong = needs(health, view.session.every_account)
  return [
    wrong.length === 0 ? h('div', { class: 'well', data: { health: 'well' } }, h('p', {}, 'All is well: nothing to do.'))
      : h('ul', { class: 'needs', 'aria-label': 'To do' }, wrong.map(({ name, text, todo }) => h('li', { data: { need: name } }, h('p', {}, text), h('p', { class: 'todo' }, todo)))),
    facts(health),
    view.session.every_account ? [streams(health), unread(health)] : h('p', { class: 'note' }, 'Streams and what could not be read are of no account in particular; a key with scope admin sees them.'),
  ]
}

// needs are what somebody has to do something about. What is null is not known here.
function needs(health, every) {
  const lines = health.unread.reduce((sum, u) => sum + u.lines, 0)
  return [
    health.messages === 0 && { name: 'empty', text: 'There are no messages yet.', todo: ['Take in a log: ', command('mailfate replay --data demo --serve /var/log/mail.log'), ', or follow what is written: ', command('mailfate run --config mailfate.yaml')] },
    health.dead_letters > 0 && { name: 'dead_letters', text: `${number(health.dead_letters)} events could not be applied.`, todo: ['See why: ', command('mailfate dead list'), '. Once that is mended: ', command('mailfate dead retry --all')] },
    lines > 0 && { name: 'unread', text: `${number(lines)} lines were read by no parser, in ${number(health.unread.length)} shapes.`, todo: ['Look at the shapes below; a line of a program that mailfate should know is worth reporting. Try a log: ', command('mailfate parse PATH')] },
    health.contested > 0 && { name: 'contested', text: `${number(health.contested)} hits or reports could belong to several accounts’ messages, and are counted for none.`, todo: ['See them: ', command('mailfate unmatched list')] },
    health.unmatched > 0 && { name: 'unmatched', text: `${number(health.unmatched)} hits or reports belong to no message that is known.`, todo: [every ? 'See them, and what they may be about: ' : 'Whoever runs mailfate sees them: ', command('mailfate unmatched list')] },
    health.rollup.stale_hours > 0 && { name: 'rollup', text: `${number(health.rollup.stale_hours)} hours of counts differed from the messages, and were counted anew.`, todo: 'Nothing, unless it happens again: then look at mailfate’s log.' },
    health.rollup.failures > 0 && { name: 'rollup_failures', text: `The counts could not be compared with the messages ${number(health.rollup.failures)} times.`, todo: 'Look at mailfate’s log, and whether ClickHouse answers.' },
    (health.lag.processor > manyBehind || health.lag.sink > manyBehind) && { name: 'lag', text: 'What is shown is behind what was taken in.', todo: 'Wait while the figures below fall; if they grow, start more processes with the same configuration.' },
  ].filter(Boolean)
}

// manyBehind is how many records wait where that is more than a moment's work.
const manyBehind = 50_000

const unknown = 'not known to this process'
const count = n => n === null || n === undefined ? h('span', { class: 'quiet' }, unknown) : number(n)
const at = text => text ? `${time(text)} (${ago(text)})` : 'never'

function facts(health) {
  const rows = {
    Messages: [number(health.messages), health.span.from && `, from ${minute(health.span.from)} to ${minute(health.span.to)}`],
    'Taken in last': at(health.taken_in_at),
    'Counted last': at(health.rollup.counted_at),
    'Counts compared with messages': health.rollup.compared_at ? at(health.rollup.compared_at) : h('span', { class: 'quiet' }, unknown),
    'Waiting for the processor': count(health.lag.processor),
    'Waiting for the sink': count(health.lag.sink),
    'Unmatched hits and reports': number(health.unmatched),
    'Contested between accounts': health.contested === null ? null : number(health.contested),
    'Dead letters': count(health.dead_letters),
  }
  return h('dl', { class: 'facts' }, Object.entries(rows).map(([name, value]) => value !== null && [h('dt', {}, name), h('dd', {}, value)]))
}

// behind is how much older a stream's newest event was when it was taken in.
const behind = s => s.newest_at && s.taken_in_at ? Math.max(0, moment(s.taken_in_at) - moment(s.newest_at)) : null

function streams({ streams }) {
  return h('section', { class: 'region', data: { region: 'streams' } }, h('h2', {}, 'Streams'), h('p', { class: 'note' }, 'Behind is how old the newest event was when it was taken in: much, for what is replayed.'),
    streams.length === 0 ? empty('Nothing has been taken in.', 'Name a source in the configuration, or replay a log.') : table({
      name: 'streams', caption: 'How far each stream has come', rows: streams, sort: 'stream', columns: [
        { name: 'stream', label: 'Stream', cell: s => h('span', { class: 'wrap mono' }, s.stream) },
        { name: 'newest_at', label: 'Newest event', cell: s => h('span', { class: 'nowrap' }, time(s.newest_at)) }, { name: 'taken_in_at', label: 'Taken in', cell: s => h('span', { class: 'nowrap' }, time(s.taken_in_at)) },
        { name: 'behind', label: 'Behind', kind: 'milliseconds', value: behind, cell: s => milliseconds(behind(s)) },
      ],
    }))
}

function unread({ unread }) {
  return h('section', { class: 'region', data: { region: 'unread' } }, h('h2', {}, 'Not understood'), h('p', { class: 'note' }, 'Lines that no parser reads, by shape: those that differ in names and numbers alone have one.'),
    unread.length === 0 ? empty('Every line was understood.', 'Nothing to do.') : table({
      name: 'unread', caption: 'Shapes of lines, the most frequent first', rows: unread, sort: '-lines', limit: 20, columns: [
        { name: 'example', label: 'Example', sortable: false, cell: u => h('span', { class: 'said', title: u.shape }, u.example || u.shape) },
        { name: 'stream', label: 'Stream', cell: u => h('span', { class: 'wrap mono' }, u.stream) },
        { name: 'lines', label: 'Lines', kind: 'count' }, { name: 'share', label: 'Share', kind: 'ratio', of: 'of all lines that were not understood' },
        { name: 'first_at', label: 'First', cell: u => h('span', { class: 'nowrap' }, time(u.first_at)) },
      ],
    }))
}
