// Pickers of what is looked at; each change stands in the address.
import { h, unique } from './dom.js'
import { periods } from './period.js'
import { params } from './state.js'
import { plain } from './visible.js'
import { vocabularyLabel, vocabularyNames } from './words.js'

// picker is a labelled list to choose from.
export function picker(label, name, options, chosen, pick) {
  const id = unique(name)
  return h('span', { class: 'picker' }, h('label', { for: id }, label),
    h('select', { id, name, on: { change: event => pick(event.target.value) } },
      Object.entries(options).map(([value, text]) => h('option', { value, selected: value === chosen }, text))))
}

const all = {
  period(view) {
    const days = view.period?.key === 'days'
    return [
      picker('Period', 'period', { ...periods, days: 'Between two days' }, view.period?.key ?? '28d', key => {
        if (key !== 'days') return view.go({ period: key === '28d' ? null : key, from: null, to: null })
        view.go({ period: null, from: view.period?.from ?? today(), to: view.period?.to ?? today() })
      }),
      days && [dayPicker(view, 'from', 'From'), dayPicker(view, 'to', 'To')],
    ]
  },
  account(view) {
    const accounts = view.session.accounts ?? []
    if (accounts.length < 2) return null
    const options = Object.fromEntries(accounts.map(a => [a, plain(a || '(none)')]))
    return picker('Account', 'account', { '': 'All accounts', ...options }, view.account, account => view.go({ account }))
  },
  vocabulary(view) {
    const options = Object.fromEntries(vocabularyNames().map(v => [v, vocabularyLabel(v)]))
    return picker('Statuses as', 'vocabulary', options, view.vocabulary, vocabulary => view.go({ vocabulary: vocabulary === 'canonical' ? null : vocabulary }))
  },
}

const today = () => new Date().toISOString().slice(0, 10)

// dayPicker is one end of a period; the other moves along where it would be the wrong
// way round.
function dayPicker(view, name, label) {
  const id = unique(name)
  const change = event => {
    const value = event.target.value
    if (!value) return
    const ends = { from: params().get('from'), to: params().get('to'), [name]: value }
    if (ends.from > ends.to) ends.from = ends.to = value
    view.go(ends)
  }
  return h('span', { class: 'picker' }, h('label', { for: id }, label),
    h('input', { id, name, type: 'date', value: view.period[name], on: { change } }))
}

export const pickers = (view, names) => names.map(name => all[name](view))
