// What a part of a page looks like while it is asked for, when there is nothing, and when
// something went wrong.
import { h, fill, heard } from './dom.js'
import { plain } from './visible.js'

export const loading = label => h('p', { class: 'loading' }, h('span', { class: 'loading-bar', 'aria-hidden': 'true' }), heard(`${label}: loading`))

// empty says that there is nothing, and what to do.
export const empty = (text, ...todo) => h('div', { class: 'empty' }, h('p', { class: 'empty-text' }, text), todo.length > 0 && h('p', { class: 'todo' }, todo))

// noMessages says that there are none of whom the reader may see, and what to do.
export const noMessages = view => view.session.every_account
  ? empty('No messages yet.', 'Let mailfate read a log: ', command('mailfate run --data DIR postfix:/var/log/mail.log'), ', or try it out: ', command('mailfate replay --serve testdata/replay'))
  : empty(`No messages of account ${plain(view.session.key.account || '(none)')} yet.`, 'If there should be some, ask whoever runs mailfate whether this key is of the right account.')

// command shows what to type on a terminal.
export const command = text => h('code', { class: 'command' }, text)

// trouble shows a problem of the API's, with a way to try again.
export function trouble(problem, retry) {
  return h('div', { class: 'trouble', role: 'alert', data: { problem: problem.code || problem.kind } },
    h('p', { class: 'trouble-text' }, `${problem.text[0].toUpperCase()}${problem.text.slice(1)}.`.replace(/\.\.$/, '.')),
    h('p', { class: 'todo' }, problem.todo),
    problem.detail && h('p', { class: 'detail' }, problem.detail),
    retry && h('button', { type: 'button', on: { click: retry } }, 'Try again'))
}

// all joins answers: {data: [one of each]}, or the first problem.
export async function all(...asked) {
  const answers = await Promise.all(asked)
  const problem = answers.find(a => a.problem)?.problem
  return problem ? { problem } : { data: answers.map(a => a.data) }
}

// region is a part of a page with a heading of its own, or a label alone. ask resolves to {data} or {problem};
// draw makes nodes of the data. When the page is refreshed it asks again, and draws only
// if something has changed and the reader is not in the midst of it.
export function region(view, { title, label = title, name, note, ask, draw }) {
  const body = h('div', { class: 'region-body' })
  const section = h('section', { class: 'region', 'aria-label': label, data: { region: name } },
    title && h('h2', {}, title), note && h('p', { class: 'note' }, note), body)
  let shown
  async function load(again) {
    if (!again) fill(body, loading(label))
    section.setAttribute('aria-busy', 'true')
    const { data, problem } = await ask()
    if (view.signal.aborted || problem?.kind === 'aborted') return
    section.removeAttribute('aria-busy')
    const text = JSON.stringify(problem ?? data)
    if (again && (text === shown || body.contains(document.activeElement))) return
    shown = text
    fill(body, problem ? trouble(problem, () => load(false)) : draw(data))
  }
  load(false)
  view.onRefresh(() => load(true))
  return section
}
