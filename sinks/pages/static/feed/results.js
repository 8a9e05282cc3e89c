// What was found: rows, what stands where there are none, and the way to older ones.
import { latest } from '../asking.js'
import { h, fill } from '../dom.js'
import { number } from '../format.js'
import { here, params } from '../state.js'
import { empty, loading, trouble } from '../states.js'
import { list } from './list.js'
import { live } from './news.js'
import { narrow, query } from './query.js'

// most is how many rows are shown: more come and go with listening only.
const most = 500
const pageSize = 100

export function results(view) {
  const ask = latest(view)
  const rows = list(view.vocabulary, most)
  const state = h('span', { class: 'live-state', role: 'status' })
  const body = h('div', { class: 'found', tabindex: '-1', role: 'region', 'aria-label': 'Changes of status' })
  const way = h('nav', { class: 'pager', 'aria-label': 'More changes' })
  let next = '' // the cursor of what stands behind the page
  let cut = false // rows beyond the bound have left, so that next is not behind the last one
  const news = live({
    view, rows, body, state, most,
    reload: () => load(true), drawn: () => draw(), trimmed: () => { cut = true }, more: () => next !== '' || cut,
  })
  const frame = h('div', {}, news.element, h('div', { class: 'scroll' }, rows.element), way)

  // draw leaves in place what is shown already: somebody may be reading it.
  function draw() {
    if (rows.size === 0) return fill(body, nothing(view))
    rows.say(`${number(rows.size)} ${rows.size === 1 ? 'change' : 'changes'}${next || cut ? ', and there are older ones' : ''}`)
    const older = cut ? { to: after(rows.oldest.time), period: null } : { cursor: next }
    const links = [
      params().has('cursor') && h('a', { href: here({ cursor: null }), data: { action: 'newest' } }, '↑ Newest'),
      (next || cut) && h('a', { href: here({ ...older, live: null }), data: { action: 'older' } }, 'Older ↓'),
    ].filter(Boolean)
    if (!way.contains(document.activeElement)) fill(way, links)
    if (frame.parentNode !== body) fill(body, frame)
  }

  // load asks for the page; quietly, it keeps what is shown until the answer is there.
  async function load(quietly) {
    if (!quietly) fill(body, loading('Changes'))
    body.setAttribute('aria-busy', 'true')
    const { data, problem } = await ask('/feed', { ...query(view), cursor: params().get('cursor'), limit: pageSize })
    if (problem?.kind === 'aborted' || view.signal.aborted) return
    body.removeAttribute('aria-busy')
    if (problem) return fill(body, trouble(problem, () => load(false)))
    next = data.next ?? ''
    cut = false
    rows.replace(data.changes)
    news.caughtUp(data)
    draw()
    if (!quietly) view.announce(said(data))
  }

  // Who has gone to older ones, stands before them.
  async function arrive(loaded) {
    await loaded
    if (params().has('cursor') && !view.signal.aborted) body.focus({ preventScroll: true })
  }

  return {
    element: body, state,
    begin: () => { news.listen(); arrive(load(false)) },
    changed: () => { news.listen(); return load(rows.size > 0) },
  }
}

const said = ({ changes, next }) => changes.length === 0 ? 'Nothing found' : `${changes.length} changes found${next ? ', the newest of more' : ''}`

// after is the instant behind a time, for an end that is left out itself.
const after = time => new Date(Date.parse(time) + 1).toISOString()

// nothing says why there may be nothing, and what to do.
function nothing(view) {
  const at = params()
  if (at.has('cursor')) return empty('There is nothing older.', h('a', { href: here({ cursor: null }) }, 'Go to the newest'))
  if (!narrow(view)) return empty('No change of status has been recorded yet.', 'As soon as mailfate has read a log, what became of its messages is told here.')
  const words = ['q', 'sender', 'recipient'].map(name => at.get(name)).filter(text => text && !/^@|@.+\..|^<>$/.test(text))
  return empty('Nothing fits.',
    words.length > 0 && h('p', { data: { hint: 'words' } }, 'The search finds whole words, which are what stands between dots, hyphens, signs and the @: ',
      h('em', {}, 'kofi'), ' finds kofi.costa@…, and ', h('em', {}, 'kof'), ' does not. Type the word to its end, a whole address, or ', h('em', {}, '@'), ' and a domain.'),
    h('p', {}, 'Else leave something out: ', h('a', { href: here(Object.fromEntries([...new Set(at.keys())].filter(name => !['vocabulary', 'account'].includes(name)).map(name => [name, null]))) }, 'show all changes'), '.'))
}
