// Fields of forms, each with its label.
import { h, unique } from './dom.js'

// field is a labelled input; what it is called is also its name in a form.
export function field(label, name, props = {}) {
  const id = unique(name)
  return h('span', { class: 'field', data: { field: name } }, h('label', { for: id }, label),
    h('input', { id, name, type: 'text', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', ...props }))
}

// chooser picks any number of a closed set. options are {value: label}; change is called
// with the values that are chosen.
export function chooser({ label, name, options, chosen, change }) {
  const id = unique(name)
  const said = h('span', { id, class: 'chosen' })
  const boxes = Object.entries(options).map(([value, text]) => [h('input', { type: 'checkbox', name, value, checked: chosen.includes(value) }), text])
  const picked = () => boxes.filter(([box]) => box.checked)
  const tell = () => { said.textContent = picked().map(([, text]) => text).join(', ') || 'Any' }
  tell()
  const details = h('details', { class: 'chooser' },
    h('summary', {}, h('span', { class: 'heard' }, `${label}: `), said),
    h('fieldset', { on: { change: () => { tell(); change(picked().map(([box]) => box.value)) } } },
      h('legend', { class: 'heard' }, label), boxes.map(([box, text]) => h('label', { class: 'check' }, box, text))))
  const away = event => { if (!details.contains(event.relatedTarget ?? null)) details.open = false }
  details.addEventListener('focusout', event => event.relatedTarget && away(event))
  details.addEventListener('keydown', event => {
    if (event.key !== 'Escape' || !details.open) return
    details.open = false
    details.firstElementChild.focus()
  })
  return h('span', { class: 'field', data: { field: name } }, h('span', { class: 'field-label', 'aria-hidden': 'true' }, label), details)
}
