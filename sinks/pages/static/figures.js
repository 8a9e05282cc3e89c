// Big figures, each with what it is a part of and how it was in the period before.
import { h, heard } from './dom.js'
import { change, number, points, rate } from './format.js'

const shown = { count: number, ratio: rate }

// figures makes a list of them. Each is {name, label, kind: 'count' | 'ratio', value, of:
// what it is a part of, before: the value of the period before, null if there was none
// and left out if there can be none, better: 1 if more is better, -1 if less is}.
export function figures(list) {
  const known = list.some(f => f.before !== null && f.before !== undefined)
  return [
    h('dl', { class: 'figures' }, list.map(f => figure(f, known))),
    !known && list.some(f => 'before' in f) && h('p', { class: 'note' }, 'There was nothing in the period before, to compare with.'),
  ]
}

function figure({ name, label, kind, value, of, before, better = 0 }, all) {
  return h('div', { class: 'figure', data: { figure: name } },
    h('dt', {}, label),
    h('dd', { class: 'figure-value' }, shown[kind](value)),
    of && h('dd', { class: 'figure-of' }, of),
    all && h('dd', { class: 'figure-before' }, compared(kind, value, before, better)))
}

// compared says how much more or less it is than before, and with colour whether that
// is good.
function compared(kind, value, before, better) {
  if (before === null || before === undefined) return 'unknown in the period before'
  const difference = kind === 'ratio' ? value - before : before === 0 ? null : value / before - 1
  if (difference === null) return `${shown[kind](before)} before`
  const text = kind === 'ratio' ? points(value, before) : change(value, before)
  const good = /[1-9]/.test(text) ? Math.sign(difference) * better : 0 // too little to be seen is neither
  return [h('span', { class: 'change', data: { good: good > 0 ? 'yes' : good < 0 ? 'no' : null } }, text), ` from ${shown[kind](before)}`, heard(' in the period before')]
}

// beside is what a row of a comparing report has of a period before: null where there
// was nothing at all, or nothing of what a rate is of.
export const beside = (row, name, whole = 'messages') => row[`${whole}_before`] > 0 ? row[`${name}_before`] : null

// ratio is part ÷ whole, and unknown of nothing.
export const ratio = (part, whole) => whole > 0 ? part / whole : null

