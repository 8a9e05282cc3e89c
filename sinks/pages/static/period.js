// The period that is looked at. Data may be old, being replayed: the newest message says
// what "the last 28 days" are, and not the clock.
import { day } from './format.js'

const oneDay = 86_400_000
const otherwise = '28d'

export const periods = {
  '1d': 'Newest day', '3d': 'Last 3 days', '7d': 'Last 7 days', '28d': 'Last 28 days', '90d': 'Last 90 days', '365d': 'Last 365 days',
  all: 'Everything',
}

const date = ms => new Date(ms).toISOString().slice(0, 10)
const start = text => Date.parse(text.slice(0, 10) + 'T00:00:00Z')
export const isDay = text => /^\d{4}-\d\d-\d\d$/.test(text ?? '') && !Number.isNaN(start(text))

// resolve reads the parameters of an address: from and to are days in UTC, both included.
// first and last are the days among them that may have messages, and by is the step in
// which charts show them. Without any message it is null, unless days are named.
export function resolve(params, span) {
  const [from, to] = [params.get('from'), params.get('to')]
  const newest = span?.to ? start(span.to) : undefined
  const oldest = span?.from ? start(span.from) : undefined
  let named = isDay(from) && isDay(to) && from <= to ? { key: 'days', from, to } : null
  if (!named) {
    if (newest === undefined) return null
    const key = Object.hasOwn(periods, params.get('period')) ? params.get('period') : otherwise
    const count = key === 'all' ? (newest - oldest) / oneDay + 1 : parseInt(key, 10)
    named = { key, from: date(newest - (count - 1) * oneDay), to: date(newest) }
  }
  const first = Math.max(start(named.from), oldest ?? 0)
  const last = Math.min(start(named.to), newest ?? start(named.to))
  const days = (last - first) / oneDay + 1
  return { ...named, first, last, days, by: days <= 3 ? 'hour' : 'day', text: words(named) }
}

const words = ({ from, to }) => from === to ? day(from) : `${day(from)} – ${day(to)}`

// steps are the beginnings of all hours or days of a period, in seconds.
export function steps({ first, last, by }) {
  const step = by === 'hour' ? 3_600_000 : oneDay
  const all = []
  for (let at = first; at < last + oneDay && all.length < 5000; at += step) all.push(at / 1000)
  return all
}
