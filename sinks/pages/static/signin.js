// The form that asks for a key.
import { h, fill, unique } from './dom.js'
import { setKey } from './session.js'
import { command } from './states.js'

// signIn asks for a key in place of a page, and calls done once there is one. wrong says
// that the last one was not taken.
export function signIn(main, wrong, done) {
  const id = unique('key')
  const field = h('input', { id, name: 'key', type: 'password', autocomplete: 'off', required: true, spellcheck: 'false', 'aria-describedby': wrong ? 'wrong-key' : null })
  const submit = event => {
    event.preventDefault()
    const secret = field.value.trim()
    if (!/^[\x21-\x7e]+$/.test(secret)) return signIn(main, 'This is no key: it has a character that none has.', done) // nor could a header hold it
    setKey(secret)
    done()
  }
  fill(main,
    h('form', { class: 'signin', method: 'post', on: { submit }, data: { form: 'signin' } },
      h('h1', { tabindex: '-1' }, 'Sign in'),
      h('p', {}, 'These pages show what a key may see.'),
      h('label', { for: id }, 'Key'),
      field,
      wrong && h('p', { id: 'wrong-key', class: 'trouble-text', role: 'alert' }, wrong),
      h('button', { type: 'submit', class: 'primary' }, 'Sign in'),
      h('p', { class: 'note' }, 'The key stays in this tab, and is forgotten with it. Whoever runs mailfate makes keys: ', command('mailfate key add --data DIR --account NAME --scope read,download'))))
  field.focus()
}
