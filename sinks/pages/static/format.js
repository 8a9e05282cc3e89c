// Numbers and times as the reader's own locale writes them.
import { kept } from './kept.js'

const whole = new Intl.NumberFormat()
const short = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 })
const percent = [0, 1, 2, 3].map(digits => new Intl.NumberFormat(undefined, { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits }))
const nothing = '–'

const known = n => typeof n === 'number' && Number.isFinite(n)

export const number = n => known(n) ? whole.format(n) : nothing

// compact is for axes and other places without room.
export const compact = n => known(n) ? short.format(n) : nothing

// rate writes a ratio in percent: small ones with two digits, as complaints are.
export const rate = x => known(x) ? percent[x !== 0 && Math.abs(x) < 0.01 ? 2 : 1].format(x) : nothing

const isWhole = n => Math.abs(n - Math.round(n)) < 1e-6

// percents is for axes, where the step between two values says how many digits are needed.
export const percents = (x, step) => known(x) ? (percent.find((_, digits) => isWhole(step * 100 * 10 ** digits)) ?? percent[3]).format(x) : nothing

// points is a difference of two rates, with two digits where they are small.
export function points(now, before) {
  const digits = Math.max(now, before) < 0.01 ? 2 : 1
  const text = new Intl.NumberFormat(undefined, { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: 'exceptZero' })
  return text.format((now - before) * 100) + ' points'
}

// change is how much more or less something is than before.
export function change(now, before) {
  return new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' }).format(now / before - 1)
}

// milliseconds writes a span of time in the largest unit that fits.
export function milliseconds(ms) {
  if (!known(ms)) return nothing
  const units = [[86_400_000, 'day'], [3_600_000, 'hour'], [60_000, 'minute'], [1000, 'second']]
  const [size, unit] = units.find(([size]) => Math.abs(ms) >= size) ?? [1, 'millisecond']
  const n = ms / size
  return new Intl.NumberFormat(undefined, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: n < 10 && size > 1 ? 1 : 0 }).format(n)
}

// Times are shown in UTC, as servers write them, or in the reader's own zone.
export const zone = () => kept('zone', 'utc')
const inZone = () => zone() === 'utc' ? 'UTC' : undefined

const formats = new Map()
function format(name, options) {
  const of = `${name} ${zone()}`
  if (!formats.has(of)) formats.set(of, new Intl.DateTimeFormat(undefined, { ...options, timeZone: inZone(), hourCycle: 'h23' }))
  return formats.get(of)
}

// moment reads a time of the API's: RFC 3339, or an hour or a day in UTC as reports have them.
export function moment(text) {
  if (!text) return null
  if (text instanceof Date) return text
  const iso = /^\d{4}-\d\d-\d\d$/.test(text) ? text + 'T00:00:00Z'
    : /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d$/.test(text) ? text.replace(' ', 'T') + ':00Z'
      : /^\d{4}-\d\d-\d\d \d/.test(text) ? text.replace(' ', 'T') + 'Z' : text
  const at = new Date(iso)
  return Number.isNaN(at.getTime()) ? null : at
}

const shown = (text, name, options) => {
  const at = moment(text)
  return at ? format(name, options).format(at) : nothing
}

export const time = text => shown(text, 'time', { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' })
const exact = text => shown(text, 'exact', { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 })

// apart returns how to write some times so that they can be told apart: with milliseconds
// where several are of one second.
export function apart(texts) {
  const second = text => text.slice(0, 19)
  const seconds = [...new Set(texts)].map(second)
  const shared = new Set(seconds.filter((s, i) => seconds.indexOf(s) !== i))
  return text => shared.has(second(text)) ? exact(text) : time(text)
}
export const minute = text => shown(text, 'minute', { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' })
export const clock = text => shown(text, 'clock', { hour: '2-digit', minute: '2-digit' })
export const date = text => shown(text, 'date', { month: 'short', day: 'numeric' })

// day is that of UTC whatever the reader's zone: reports count by it.
const days = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: 'short', day: 'numeric', timeZone: 'UTC' })
const shortDays = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', timeZone: 'UTC' })
export const day = text => { const at = moment(text); return at ? days.format(at) : nothing }
export const shortDay = text => { const at = moment(text); return at ? shortDays.format(at) : nothing }

// ago is how long before another time something was.
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' })
export function ago(text, now = new Date()) {
  const at = moment(text)
  if (!at) return nothing
  const seconds = (at - now) / 1000
  const units = [[86_400, 'day'], [3600, 'hour'], [60, 'minute']]
  const [size, unit] = units.find(([size]) => Math.abs(seconds) >= size) ?? [1, 'second']
  return relative.format(Math.round(seconds / size), unit)
}
