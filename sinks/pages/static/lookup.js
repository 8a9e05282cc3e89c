// A form that goes to one record by what somebody types or pastes.
import { h, unique } from './dom.js'

// lookup has one field; whole changes of the address are what found makes of its text.
export function lookup(view, { label, name, value, hint, found }) {
  const id = unique(name)
  const about = unique('hint')
  const field = h('input', { id, name, type: 'search', value, required: true, maxlength: 1024, autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', 'aria-describedby': about })
  const submit = event => {
    event.preventDefault()
    const text = field.value.trim()
    if (text) view.go(found(text))
  }
  return h('form', { class: 'lookup', role: 'search', 'aria-label': label, data: { form: name }, on: { submit } },
    h('label', { for: id }, label), h('span', { class: 'lookup-pair' }, field, h('button', { type: 'submit' }, 'Look up')),
    h('p', { id: about, class: 'note' }, hint))
}
