// The rows of the feed, the newest first. A row stays the same element as long as it is
// shown, so that focus and selection stay where they are when others come.
import { h } from '../dom.js'
import { columns, row } from './row.js'

// order compares changes, the newest first. Times of the API are all of one length.
const order = (a, b) => a.time === b.time ? (a.change < b.change ? 1 : -1) : (a.time < b.time ? 1 : -1)

// list holds at most so many rows; beyond that the oldest leave.
export function list(vocabulary, most) {
  const body = h('tbody', { role: 'rowgroup' })
  const caption = h('caption', {})
  const element = h('table', { role: 'table', class: 'feed', data: { table: 'feed' } }, caption,
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, columns.map(c => h('th', { scope: 'col', role: 'columnheader' }, c)))), body)
  let shown = [] // changes, in order
  const rows = new Map() // their elements

  function remove(key) {
    const line = rows.get(key)
    if (!line) return false
    if (line.contains(document.activeElement)) (line.nextElementSibling ?? line.previousElementSibling)?.querySelector('a').focus()
    line.remove()
    rows.delete(key)
    shown = shown.filter(c => c.change !== key)
    return true
  }

  // put shows a change at its place, instead of the one it is a newer version of.
  function put(change, { fresh } = {}) {
    let focused = false
    const known = shown.findIndex(c => c.change === change.change)
    if (known >= 0) {
      if (JSON.stringify(shown[known]) === JSON.stringify(change)) return
      focused = rows.get(change.change).contains(document.activeElement)
      remove(change.change)
    }
    const line = row(change, vocabulary)
    if (fresh) line.classList.add('fresh')
    let place = shown.findIndex(c => order(change, c) < 0)
    if (place < 0) place = shown.length
    body.insertBefore(line, body.children[place] ?? null)
    shown.splice(place, 0, change)
    rows.set(change.change, line)
    if (focused) line.querySelector('a').focus()
  }

  return {
    element, remove, put,
    say: text => { caption.textContent = text },
    has: key => rows.has(key),
    get size() { return shown.length },
    get oldest() { return shown.at(-1) },
    // older reports whether a change stands behind all that are shown.
    older: change => shown.length > 0 && order(change, shown.at(-1)) > 0,
    // cut leaves out the oldest beyond the bound, and says whether there were any.
    cut() {
      const over = shown.slice(most)
      for (const change of over) remove(change.change)
      return over.length > 0
    },
    // replace shows other changes.
    replace(changes) {
      const stay = new Set(changes.map(c => c.change))
      for (const change of [...shown]) if (!stay.has(change.change)) remove(change.change)
      for (const change of changes) put(change)
    },
  }
}
