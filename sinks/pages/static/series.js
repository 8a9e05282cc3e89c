// Rows of a report by the hour or the day, as series for a chart.
import { moment } from './format.js'
import { before } from './figures.js'
import { steps } from './period.js'

// byTime puts rows at the steps of a period: {times, of}, where of(value) makes a series. Where there
// is no row nothing was sent: a count is 0 there, and a rate is not known.
export function byTime(period, rows) {
  const times = steps(period)
  const at = new Map(rows.map(row => [moment(row[period.by])?.getTime() / 1000, row]))
  const of = (value, absent = null) => times.map(t => at.has(t) ? value(at.get(t)) ?? null : absent)
  return { times, of, earlier: value => of(row => value(before(row))) }
}
