// What an address says that no page heeds: it is told, for whoever wrote it believes to see
// what it says.
import { h } from './dom.js'
import { isTime } from './feed/query.js'
import { isDay, periods } from './period.js'
import { here, params, shared } from './state.js'
import { reasons } from './suppression.js'
import { plain } from './visible.js'
import { statusesOf } from './words.js'

const most = 5 // names that are told

// wrong are the names of parameters that the page does not know, or whose value it does not.
function wrong(route) {
  const at = params()
  const feed = route.module === 'feed'
  const days = isDay(at.get('from')) && isDay(at.get('to')) && at.get('from') <= at.get('to')
  const end = text => feed ? isTime(text) : days || !route.pickers.includes('period')
  const good = {
    period: text => Object.hasOwn(periods, text), vocabulary: text => statusesOf(text).length > 0, from: end, to: end,
    machines: text => text === '1', reason: text => route.module !== 'suppressions' || Object.hasOwn(reasons, text),
  }
  const known = name => shared.includes(name) || route.knows.includes(name) || name.startsWith('sort_')
  return [...new Set(at.keys())].filter(name => !known(name) || (at.get(name) !== '' && good[name]?.(at.get(name)) === false))
}

// misread says so, or is null.
export function misread(route) {
  const names = route ? wrong(route) : []
  if (names.length === 0) return null
  const told = names.slice(0, most).map(name => plain(`${name}=${params().get(name)}`).slice(0, 60)).join(', ')
  return h('p', { class: 'misread', role: 'status' }, `Not understood in this address, and not heeded: ${told}${names.length > most ? ' and more' : ''}. `,
    h('a', { href: here(Object.fromEntries(names.map(name => [name, null]))) }, 'Leave it out'))
}
