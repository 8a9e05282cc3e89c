// Charts over time, drawn by uPlot, with a legend that tells the values where one points,
// and the same values as a table for whoever does not look at pictures.
import { h, fill } from './dom.js'
import { compact, day, minute, number, percents, rate, clock, shortDay, date } from './format.js'

const height = 220
const shown = { count: number, ratio: rate }

// chart makes a figure. times are seconds, one for each value of each of series: {label,
// values, colour: the name of a token, dash, faint, fill}. kind is count or ratio, by hour or
// day. It is taken away with signal.
export function chart({ name, label, kind, by, times, series, signal }) {
  const plot = h('div', { class: 'plot', 'aria-hidden': 'true' })
  const at = h('span', { class: 'legend-at' })
  const values = series.map(() => h('b', { class: 'legend-value' }))
  const legend = h('div', { class: 'legend', 'aria-hidden': 'true' },
    series.map((s, i) => h('span', { class: 'legend-item', data: { faint: s.faint ? '' : null } }, swatch(s), s.label, ' ', values[i])), at)
  const figure = h('figure', { class: 'chart', data: { chart: name } },
    h('figcaption', {}, label), legend, plot, asTable(label, kind, by, times, series))

  const moment = i => by === 'hour' ? minute(new Date(times[i] * 1000)) : day(new Date(times[i] * 1000))
  function point(i) {
    const known = i !== null && i !== undefined
    at.textContent = known ? moment(i) : ''
    series.forEach((s, n) => { values[n].textContent = known ? shown[kind](s.values[i]) : '' })
  }

  let drawn
  function draw() {
    drawn?.destroy()
    const width = plot.clientWidth
    if (width > 0) drawn = new window.uPlot(options({ width, kind, by, times, series, point }), [times, ...series.map(s => s.values)], plot)
  }
  whenShown(plot, draw, () => drawn, signal)
  return figure
}

// whenShown draws as soon as there is room, again in another theme, and fits to another width.
function whenShown(plot, draw, drawn, signal) {
  const resized = new ResizeObserver(() => {
    if (!drawn()) draw()
    else if (drawn().width !== plot.clientWidth) drawn().setSize({ width: plot.clientWidth, height })
  })
  resized.observe(plot)
  document.addEventListener('themechange', draw, { signal })
  signal.addEventListener('abort', () => { resized.disconnect(); drawn()?.destroy() }, { once: true })
}

const token = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

function options({ width, kind, by, times, series, point }) {
  const [soft, line] = [token('--ink-soft'), token('--line')]
  const font = `12px ${token('--sans')}`
  const axis = { stroke: soft, font, grid: { stroke: line, width: 1 }, ticks: { show: false } }
  const few = times.length < 3
  const [first, last] = [times[0], times[times.length - 1]]
  const half = by === 'hour' ? 1800 : 43_200
  return {
    width, height, padding: [12, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: {
      x: { time: true, range: () => few ? [first - half, last + half] : [first, last] },
      y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : kind === 'ratio' ? 0.01 : 1] },
    },
    axes: [
      { ...axis, grid: { show: false }, size: by === 'hour' ? 44 : 30, space: 64, incrs: by === 'hour' ? [3600, 10_800, 21_600, 43_200, 86_400] : [1, 2, 7, 14, 28, 91, 182].map(d => d * 86_400), splits: split(times), values: (_, at) => at.map((s, i) => tick(s, at[i - 1], by)) },
      { ...axis, size: 52, splits: undefined, values: (_, at) => at.map(v => kind === 'ratio' ? percents(v, at[1] - at[0]) : Number.isInteger(v) ? compact(v) : '') },
    ],
    series: [{}, ...series.map(s => stroke(s, few))],
    hooks: { setCursor: [u => point(u.cursor.idx)] },
  }
}

// split puts ticks at times that have values, so that a tick is the beginning of an hour
// or a day in UTC.
const split = times => (_, __, min, max, step) => {
  const each = Math.max(1, Math.round(step / ((times[1] - times[0]) || step)))
  return times.filter((t, i) => i % each === 0 && t >= min && t <= max)
}

// tick is what stands below one, of hours the date where another begins.
function tick(seconds, before, by) {
  const at = new Date(seconds * 1000)
  if (by === 'day') return shortDay(at)
  const today = date(at)
  return before && today === date(new Date(before * 1000)) ? clock(at) : `${clock(at)}\n${today}`
}

function stroke(s, few) {
  const colour = token(s.colour)
  return {
    label: s.label, stroke: colour, width: s.faint ? 1.25 : 2, alpha: s.faint ? 0.55 : 1, dash: s.dash,
    fill: s.fill ? `color-mix(in srgb, ${colour} 12%, transparent)` : undefined,
    points: { show: few, size: 7, fill: colour, filter: (u, n) => few ? null : alone(u.data[n]) }, spanGaps: false,
  }
}

// alone are the places of values that no line leads to: points are drawn for them.
const alone = values => values.flatMap((v, i) => v !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null ? [i] : [])

const swatch = s => h('span', { class: 'swatch', data: { dash: s.dash ? '' : null }, style: { 'border-color': `var(${s.colour})` } })

// asTable holds the same values, folded away; it is made when it is opened.
function asTable(label, kind, by, times, series) {
  const body = h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `${label}, as a table` })
  const details = h('details', { class: 'as-table' }, h('summary', {}, 'As a table'), body)
  details.addEventListener('toggle', () => {
    if (!details.open || body.firstChild) return
    const rows = times.map((t, i) => ({ t, i })).filter(({ i }) => series.some(s => s.values[i] !== null && s.values[i] !== undefined))
    const word = t => by === 'hour' ? minute(new Date(t * 1000)) : day(new Date(t * 1000))
    fill(body, h('table', {}, h('caption', { class: 'heard' }, label),
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, by === 'hour' ? 'Hour' : 'Day'), series.map(s => h('th', { scope: 'col', class: 'number' }, s.label)))),
      h('tbody', {}, rows.map(({ t, i }) => h('tr', {}, h('th', { scope: 'row' }, word(t)), series.map(s => h('td', { class: 'number' }, shown[kind](s.values[i]))))))))
  })
  return details
}
