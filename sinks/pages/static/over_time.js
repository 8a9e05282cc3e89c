// What reports say of hours or days, as series of a chart.
import { moment } from './format.js'
import { steps } from './period.js'

// overTime lines up a report's rows with all hours or days of a period. It has the
// times, and column(value), which makes one series: value is asked for each row, and
// nothing is what stands where there is no row.
export function overTime(period, rows) {
  const times = steps(period)
  const at = new Map(rows.map(row => [moment(row[period.by]).getTime() / 1000, row]))
  const column = (value, nothing = 0) => times.map(t => at.has(t) ? value(at.get(t)) : nothing)
  return { times, column }
}
