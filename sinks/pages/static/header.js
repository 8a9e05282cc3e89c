// The head of every page: where one is, where one can go, and how it all is shown.
import { h, fill } from './dom.js'
import { keep, kept } from './kept.js'
import { key, setKey } from './session.js'
import { link } from './state.js'
import { misread } from './misread.js'
import { picker, pickers } from './pickers.js'
import { routes } from './routes.js'
import { language, languages } from './words.js'
import { zone } from './format.js'
import { plain } from './visible.js'

export function drawHeader(view, route) {
  const kinds = route?.pickers ?? []
  const open = document.querySelector('.settings[open]') !== null
  const chosen = view && kinds.length > 0 && pickers(view, kinds)
  fill(document.getElementById('header'),
    h('div', { class: 'masthead' },
      h('a', { class: 'brand', href: link('/') }, 'mailfate'),
      h('nav', { 'aria-label': 'Pages' }, h('ul', {}, routes.filter(r => r.listed).map(r =>
        h('li', {}, h('a', { href: link(r.path), 'aria-current': r === route ? 'page' : null }, r.title))))),
      find(),
      settings(view, open)),
    chosen && h('form', { class: 'pickers', 'aria-label': 'What is looked at', on: { submit: event => event.preventDefault() } }, chosen), view && misread(route))
}

// find looks for an address or an id, from any page.
function find() {
  return h('form', { class: 'find', role: 'search', action: '/feed' },
    h('input', { type: 'search', name: 'q', 'aria-label': 'Find an address or a message id', placeholder: 'Find an address or id', autocomplete: 'off', spellcheck: 'false' }))
}

function settings(view, open) {
  const redraw = () => view?.redraw()
  return h('details', { class: 'settings', open },
    h('summary', {}, 'Settings'),
    h('div', { class: 'settings-body' },
      picker('Theme', 'theme', { '': 'As the system', light: 'Light', dark: 'Dark' }, kept('theme', ''), setTheme),
      picker('Times', 'zone', { utc: 'In UTC', local: 'In my zone' }, zone(), value => { keep('zone', value); redraw() }),
      picker('Labels of statuses', 'language', languages, language(), value => { keep('language', value); redraw() }),
      account(view)))
}

// account says with which key one is here.
function account(view) {
  if (!key()) return null
  const of = view?.session.key
  return h('div', { class: 'signed' }, of && h('p', {}, `Signed in with key ${plain(of.label || of.id)}, of account ${plain(of.account || '(none)')}`),
    h('button', { type: 'button', on: { click: () => { setKey(''); location.assign('/') } } }, 'Sign out'))
}

function setTheme(theme) {
  keep('theme', theme || null)
  document.dispatchEvent(new CustomEvent('themechosen', { detail: theme })) // theme.js sets it
}
