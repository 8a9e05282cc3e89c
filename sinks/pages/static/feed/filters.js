// The fields of the feed: one to search in, and folded away all else that narrows it.
import { h, unique } from '../dom.js'
import { chooser, field } from '../fields.js'
import { kinds, reasons } from '../kinds.js'
import { here, params } from '../state.js'
import { human, statusesOf, statusLabel } from '../words.js'
import { settled } from '../asking.js'
import { ends, listed, typed, values, written } from './query.js'

const folded = ['sender', 'recipient', 'message_id', 'campaign', ...listed, 'from', 'to', 'period']

// filters draws the form; changed is called when something else is looked for, and the
// address says it then.
export function filters(view, changed) {
  const apply = (changes, how) => {
    view.remember({ ...changes, cursor: null }, how)
    changed()
  }
  const typing = settled(() => apply(read(form)), view)
  const form = h('form', { class: 'filters', role: 'search', 'aria-label': 'Changes of status', data: { form: 'feed' }, on: {
    submit: event => { event.preventDefault(); typing.now() },
    input: event => typed.includes(event.target.name) && typing.soon(),
  } },
  box(),
  h('details', { class: 'more-filters', open: folded.some(name => params().has(name)) },
    h('summary', {}, 'More to search by'),
    h('div', { class: 'fields' },
      text('Sender', 'sender', 'an address, words of one, @domain'), text('Recipient', 'recipient', 'an address, words of one, @domain'),
      text('Message-ID', 'message_id'), text('Campaign', 'campaign', 'its whole name'),
      several('Status', 'status', statusesOf(view.vocabulary).map(s => [s.status, statusLabel(view.vocabulary, s.status).text]), apply),
      several('What happened', 'kind', kinds.map(k => [k, human(k)]), apply),
      several('Reason', 'reason', reasons.map(r => [r, human(r)]), apply),
      times(view, apply)),
    h('p', {}, h('a', { href: here(Object.fromEntries([...folded, 'q', 'cursor'].map(name => [name, null]))), data: { action: 'clear' } }, 'Clear all'))))
  return form
}

function box() {
  const hint = unique('hint')
  return h('div', { class: 'search-box' },
    h('input', { type: 'search', name: 'q', value: params().get('q') ?? '', 'aria-label': 'Search senders, recipients and message ids', 'aria-describedby': hint,
      placeholder: 'Search: an address, words of one, @domain, or a Message-ID', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', maxlength: 320 }),
    h('span', { id: hint, class: 'heard' }, 'Whole words are found; results come as you type'))
}

const text = (label, name, placeholder) => field(label, name, { value: params().get(name) ?? '', placeholder, maxlength: name === 'campaign' || name === 'message_id' ? 1024 : 320 })

const several = (label, name, options, apply) =>
  chooser({ label, name, options: Object.fromEntries(options), chosen: values(name), change: chosen => apply({ [name]: chosen }, { push: true }) })

const read = form => Object.fromEntries(typed.map(name => [name, form.elements[name].value.trim()]))

// times are two ends, each a day in UTC and, if need be, a time of it.
function times(view, apply) {
  const at = ends(view)
  const end = (label, name) => {
    const day = h('input', { type: 'date', 'aria-label': `${label}: day, UTC`, value: at[name].day, data: { part: 'day' } })
    const clock = h('input', { type: 'time', 'aria-label': `${label}: time of day, UTC`, value: at[name].clock.slice(0, 8), step: 1, data: { part: 'clock' } })
    const change = () => {
      at[name] = { day: day.value, clock: day.value && clock.value }
      apply({ from: written(at.from), to: written(at.to), period: null }, { push: true })
    }
    return h('span', { class: 'field', data: { field: name }, on: { change } }, h('span', { class: 'field-label', 'aria-hidden': 'true' }, label), h('span', { class: 'pair' }, day, clock))
  }
  return [end('From (UTC)', 'from'), end('To (UTC)', 'to')]
}
