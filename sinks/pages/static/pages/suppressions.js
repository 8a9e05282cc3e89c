// Suppressions: addresses that should be written to no more, and why.
import { request } from '../api.js'
import { latest, settled } from '../asking.js'
import { h, fill, unique } from '../dom.js'
import { number } from '../format.js'
import { at, toRecipient } from '../links.js'
import { here, params } from '../state.js'
import { empty, loading, trouble } from '../states.js'
import { evidence, reason, reasons } from '../suppression.js'
import { foreign } from '../visible.js'

const pageSize = 100

export async function show(view) {
  const ask = latest(view)
  const body = h('div', { class: 'found', tabindex: '-1', role: 'region', 'aria-label': 'Suppressed addresses' })

  async function load(quietly) {
    if (!quietly) fill(body, loading('Suppressed addresses'))
    body.setAttribute('aria-busy', 'true')
    const { data, problem } = await ask('/suppressions', { ...query(view), cursor: params().get('cursor'), limit: pageSize })
    if (problem?.kind === 'aborted' || view.signal.aborted) return
    body.removeAttribute('aria-busy')
    if (problem) return fill(body, trouble(problem, () => load(false)))
    fill(body, data.suppressions.length > 0 ? [rows(data, view), pager(data)] : nothing())
    view.announce(`${data.suppressions.length} suppressed addresses${data.next ? ', and there are more' : ''}`)
    if (!quietly && params().has('cursor')) body.focus({ preventScroll: true })
  }

  fill(view.main, h('h1', {}, 'Suppressions'),
    h('p', { class: 'note' }, 'Addresses to write to no more: they complained, unsubscribed, or bounced hard. A refusal for reasons of policy (5.7.x) is never one.'),
    form(view, () => load(true)), file(view), body)
  load(false)
}

const query = view => ({ recipient: params().get('recipient')?.trim(), reason: Object.hasOwn(reasons, params().get('reason')) ? params().get('reason') : null, account: view.account })

function form(view, changed) {
  const [field, why] = [unique('recipient'), unique('reason')]
  const apply = (changes, how) => {
    view.remember({ ...changes, cursor: null }, how)
    changed()
  }
  const typing = settled(() => apply({ recipient: box.value.trim() }), view)
  const box = h('input', { id: field, name: 'recipient', type: 'search', value: params().get('recipient') ?? '', placeholder: 'An address, words of one, @domain', maxlength: 320,
    autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', on: { input: typing.soon } })
  return h('form', { class: 'filters fields', role: 'search', 'aria-label': 'Suppressed addresses', data: { form: 'suppressions' }, on: { submit: event => { event.preventDefault(); typing.now() } } },
    h('span', { class: 'field wide' }, h('label', { for: field }, 'Address'), box),
    h('span', { class: 'field' }, h('label', { for: why }, 'Reason'),
      h('select', { id: why, name: 'reason', on: { change: event => apply({ reason: event.target.value }, { push: true }) } },
        Object.entries({ '': 'Any', ...reasons }).map(([value, text]) => h('option', { value, selected: value === (params().get('reason') ?? '') }, text)))))
}

function rows({ suppressions, next }, view) {
  const accounts = (view.session.accounts ?? []).length > 1
  const heads = ['Address', ...(accounts ? ['Account'] : []), 'Reason', 'Since', 'Evidence']
  const n = suppressions.length
  return h('div', { class: 'scroll' }, h('table', { role: 'table', class: 'cards', data: { table: 'suppressions' } },
    h('caption', {}, `${number(n)} ${n === 1 ? 'address' : 'addresses'}${next ? ', and there are more' : ''}, by name`),
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, heads.map(text => h('th', { scope: 'col', role: 'columnheader' }, text)))),
    h('tbody', { role: 'rowgroup' }, suppressions.map(s => h('tr', { role: 'row', data: { recipient: s.recipient } },
      h('th', { scope: 'row', role: 'rowheader' }, toRecipient(s.recipient)),
      accounts && h('td', { role: 'cell' }, foreign(s.account)),
      h('td', { role: 'cell', data: { column: 'reason' } }, reason(s)), h('td', { role: 'cell', data: { column: 'since' } }, at(s.since)), h('td', { role: 'cell', data: { column: 'evidence' } }, evidence(s)))))))
}

const pager = ({ next }) => h('nav', { class: 'pager', 'aria-label': 'More addresses' },
  params().has('cursor') && h('a', { href: here({ cursor: null }), data: { action: 'first' } }, '↑ From the beginning'),
  next && h('a', { href: here({ cursor: next }), data: { action: 'next' } }, 'Next ↓'))

function nothing() {
  const looked = params().get('recipient')
  if (!looked && !params().get('reason')) return empty('No address is suppressed.', 'Nobody has complained or unsubscribed, and nothing has bounced hard.')
  return empty('No suppressed address fits.',
    looked && !/^@|@.+\./.test(looked) && h('p', { data: { hint: 'words' } }, 'The search finds whole words, which are what stands between dots, hyphens, signs and the @. Type the word to its end, a whole address, or @ and a domain.'),
    h('a', { href: here({ recipient: null, reason: null, cursor: null }) }, 'Show all'))
}

// file is a button that gets the whole list. The key goes in a header, so the file comes
// through this page.
function file(view) {
  const said = h('span', { role: 'status' })
  const button = h('button', { type: 'button', data: { action: 'csv' }, on: { click: async () => {
    button.disabled = true
    fill(said, ' Getting the file…')
    const { blob, problem } = await csv(view)
    button.disabled = false
    if (view.signal.aborted) return
    fill(said, problem && trouble(problem))
    if (blob) save(blob, 'suppressions.csv')
  } } }, 'Download CSV')
  return h('div', { class: 'feed-tools' }, button, said)
}

async function csv(view) {
  const { response, problem } = await request('/suppressions', { params: { ...query(view), format: 'csv' }, signal: view.signal })
  if (problem) return { problem }
  return response.blob().then(blob => ({ blob }), () => ({ problem: { kind: 'cut', text: 'the file was cut off on its way', todo: 'Try again; if it stays, look at mailfate’s log.' } }))
}

function save(blob, name) {
  const href = URL.createObjectURL(blob)
  h('a', { href, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(href), 60_000)
}
