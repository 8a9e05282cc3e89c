// A status as a reader sees it: a label, with a mark whose shape and colour tell how it is.
import { h, heard } from './dom.js'
import { statusLabel, statusOf } from './words.js'

const outcomes = { success: 'arrived', failure: 'did not arrive', pending: 'not decided' }

// mark is a small shape, of its own for each outcome: colour alone says nothing.
export const mark = outcome => h('span', { class: 'mark', 'aria-hidden': 'true', data: { outcome } })

// status shows one of a vocabulary's.
export function status(vocabulary, id) {
  const { text, lang } = statusLabel(vocabulary, id)
  const known = statusOf(vocabulary, id)
  const outcome = known?.outcome ?? 'pending'
  return h('span', { class: 'status', title: known?.meaning, data: { status: id, outcome } },
    mark(outcome), h('span', { lang: lang === 'en' ? null : lang }, text), heard(` (${outcomes[outcome] ?? outcome})`))
}
