// Tables that sort, by click or key, and say so. How one is sorted stands in the address,
// so that a view that is sent to somebody looks the same.
import { h, fill, unique } from './dom.js'
import { number, rate, milliseconds } from './format.js'
import { remember, params } from './state.js'

const shown = { count: number, ratio: rate, milliseconds }
const numeric = kind => kind in shown

// table makes one. Each of columns: {name, label, kind: 'word' | 'count' | 'ratio' |
// 'milliseconds', of: what a ratio is of, cell: row => node or text, value: row => what
// to sort by, sortable: false}. sort is a column's name, with - before it to begin with
// the largest; the address has another as parameter sort_NAME. Of more rows than limit the
// others are shown when asked for. captioned shows the caption to those who look too, and
// narrow keeps few columns together. The first column is the heading of its row.
export function table({ name, caption, columns, rows, sort = '', limit = Infinity, captioned = false, narrow = false }) {
  const parameter = `sort_${name}`
  let order = params().get(parameter) ?? sort
  const body = h('tbody')
  const heads = columns.map(c => head(c, () => {
    const [by, down] = split(order)
    order = by === c.name ? (down ? c.name : '-' + c.name) : (numeric(c.kind) ? '-' : '') + c.name
    remember({ [parameter]: order === sort ? null : order })
    draw()
  }))
  let all = false
  const more = h('button', { type: 'button', class: 'more', on: { click: () => { all = true; draw() } } })

  function draw() {
    const [by, down] = split(order)
    columns.forEach((c, i) => {
      if (c.sortable === false) return
      if (c.name === by) heads[i].setAttribute('aria-sort', down ? 'descending' : 'ascending')
      else heads[i].removeAttribute('aria-sort')
    })
    const sorted = arrange(rows, columns.find(c => c.name === by), down)
    const cut = all ? sorted : sorted.slice(0, limit)
    fill(body, cut.map(row => h('tr', {}, columns.map((c, i) => cell(c, row, i === 0)))))
    more.hidden = cut.length === sorted.length
    more.textContent = `Show all ${number(sorted.length)}`
  }
  draw()
  const id = unique('caption')
  return h('div', { class: narrow ? 'table narrow' : 'table' },
    h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-labelledby': id },
      h('table', { data: { table: name } }, h('caption', { id, class: captioned ? null : 'heard' }, caption), h('thead', {}, h('tr', {}, heads)), body)),
    more)
}

const split = order => order.startsWith('-') ? [order.slice(1), true] : [order, false]

function head(column, press) {
  const label = column.label ?? column.name
  return h('th', { scope: 'col', class: numeric(column.kind) ? 'number' : null, data: { column: column.name } },
    column.sortable === false ? label
      : h('button', { type: 'button', title: column.of ? `${label} = ${column.of}` : null, on: { click: press } }, label, h('span', { class: 'arrow', 'aria-hidden': 'true' })))
}

function cell(column, row, first) {
  const value = row[column.name]
  const content = column.cell ? column.cell(row) : numeric(column.kind) ? shown[column.kind](value) : value || '(none)'
  return first ? h('th', { scope: 'row' }, content) : h('td', { class: numeric(column.kind) ? 'number' : null }, content)
}

// arrange sorts a copy; what is unknown stands at the end, whichever way.
function arrange(rows, column, down) {
  if (!column) return rows
  const value = column.value ?? (row => row[column.name])
  const unknown = v => v === null || v === undefined || v === ''
  return [...rows].sort((x, y) => {
    const [a, b] = [value(x), value(y)]
    if (unknown(a) || unknown(b)) return unknown(a) - unknown(b)
    const order = typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b))
    return down ? -order : order
  })
}
