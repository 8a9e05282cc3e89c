// The vocabularies side by side, over time.
import { h, heard, unique } from '../dom.js'
import { apart } from '../format.js'
import { at } from '../links.js'
import { mark } from '../status.js'
import { human, statusLabel, statusOf, vocabularyLabel } from '../words.js'

// sideBySide is a table: a row for each moment in which a status changed in any of the
// vocabularies, and the statuses of all of them after it.
export function sideBySide(recipient, vocabularies, chosen) {
  const now = Object.fromEntries(vocabularies.map(v => [v, 'none']))
  const moments = (recipient.timeline ?? []).filter(m => m.changes?.length > 0 && !m.withdrawn)
  const write = apart(moments.map(m => m.time))
  const rows = moments.map(m => {
    const changed = m.changes.map(c => c.vocabulary)
    for (const c of m.changes) now[c.vocabulary] = c.after
    return h('tr', {}, h('th', { scope: 'row' }, at(m.time, write), h('div', { class: 'second' }, human(m.kind))),
      vocabularies.map(v => cell(v, now[v], changed.includes(v))))
  })
  const last = h('tr', { class: 'now', data: { row: 'now' } }, h('th', { scope: 'row' }, 'Now'), vocabularies.map(v => cell(v, recipient.statuses[v]?.status ?? 'none', true)))
  const id = unique('caption')
  return h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-labelledby': id },
    h('table', { class: 'vocabularies', data: { table: 'vocabularies' } },
      h('caption', { id }, 'The status after each change. What a vocabulary does not tell apart stays as it was.'),
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'After'), vocabularies.map(v => h('th', { scope: 'col', 'aria-current': v === chosen ? 'true' : null }, vocabularyLabel(v))))),
      h('tbody', {}, rows, last)))
}

function cell(vocabulary, id, changed) {
  if (id === 'none') return h('td', { class: 'quiet' }, 'not known yet')
  const { text, lang } = statusLabel(vocabulary, id)
  const known = statusOf(vocabulary, id)
  const label = h('span', { lang: lang === 'en' ? null : lang, title: known?.meaning }, text)
  return changed ? h('td', { data: { status: id } }, h('span', { class: 'status' }, mark(known?.outcome ?? 'pending'), label))
    : h('td', { class: 'quiet', data: { status: id } }, h('span', { class: 'status unchanged' }, label, heard(' (unchanged)')))
}
