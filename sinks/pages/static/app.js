// The shell: it finds the page of the address, gives it what all pages need, and draws
// it anew when the address changes. A page is a module in pages/ with
//
//   export async function show(view)
//
// that fills view.main. A view lives until the next one is shown:
//
//   main, params, signal             where to draw, the address's parameters, the end
//   session, span, period            who asks, the hours that have messages, what is looked at
//   account, vocabulary              as picked
//   ask(path, params)                asks the API: {data} or {problem}
//   link(path, changes)              the address of another page
//   go(changes), remember(changes)   another address of this page, drawn anew or not
//   announce(text), title(text)      tells those who listen; names the page in the tab
//   onRefresh(again)                 is called every minute while the page is looked at
//   redraw()                         draws the page anew
import { ask } from './api.js'
import { h, fill } from './dom.js'
import { drawHeader } from './header.js'
import { resolve } from './period.js'
import { routeOf } from './routes.js'
import { key, setKey } from './session.js'
import { signIn } from './signin.js'
import { link, params, remember } from './state.js'
import { loading, trouble } from './states.js'
import { setVocabularies, statusesOf } from './words.js'

const refreshes = 60_000
const main = document.getElementById('main')
const live = document.getElementById('live')

let known = null // what is known of server and reader, once they have been asked
let ending = new AbortController() // of the view that is shown
let again = [] // what the view refreshes
let shownPath = null

// learn asks what all pages need: {data} or {problem}.
async function learn() {
  const session = await ask('/session')
  if (session.problem) return session
  if (session.data.keys && !session.data.key) return { problem: { kind: 'key' } }
  const [health, vocabularies] = await Promise.all([ask('/health'), ask('/vocabularies')])
  if (health.problem) return health
  if (vocabularies.problem) return vocabularies
  setVocabularies(vocabularies.data.vocabularies)
  return { data: { session: session.data, health: health.data, span: health.data.span } }
}

// announce tells those who listen; the same words twice are heard twice.
function announce(text) {
  live.textContent = ''
  requestAnimationFrame(() => { live.textContent = text })
}

function viewOf(signal) {
  const at = params()
  const vocabulary = at.get('vocabulary')
  const view = {
    main, params: at, signal, announce, link, remember, redraw: render,
    session: known.session, span: known.span, period: resolve(at, known.span),
    account: at.get('account') ?? '',
    vocabulary: statusesOf(vocabulary).length > 0 ? vocabulary : 'canonical',
    ask: async (path, asked) => {
      const answer = await ask(path, asked, { signal })
      if (answer.problem?.kind === 'key' && !signal.aborted) enter(answer.problem)
      return answer
    },
    go: changes => { remember(changes, { push: true }); return render() },
    onRefresh: refresh => again.push(refresh),
    title: text => { document.title = `${text} · mailfate` },
  }
  return view
}

// render draws the page of the address. Who comes from another page is put at its
// beginning.
async function render() {
  ending.abort()
  ending = new AbortController()
  again = []
  const { signal } = ending
  const route = routeOf(location.pathname)
  const moved = shownPath !== null && shownPath !== location.pathname
  shownPath = location.pathname
  if (!known) {
    fill(main, loading('mailfate'))
    const { data, problem } = await learn()
    if (signal.aborted) return
    if (problem) return stop(problem)
    known = data
  }
  const view = viewOf(signal)
  main.dataset.page = route?.module ?? 'none'
  const focused = focusedName()
  drawHeader(view, route)
  refocus(focused)
  view.title(route?.title ?? 'No such page')
  if (!route) return noPage()
  fill(main)
  try {
    const page = await import(`./pages/${route.module}.js`)
    if (!signal.aborted) await page.show(view)
  } catch (error) {
    if (!signal.aborted) failed(error)
  }
  if (moved && !signal.aborted) arrive(route)
}

// A picker that has changed the address keeps the focus in the header that is drawn anew.
const focusedName = () => document.activeElement?.closest('#header') ? document.activeElement.name : ''
function refocus(name) {
  if (name) document.querySelector(`#header [name="${CSS.escape(name)}"]`)?.focus()
}

function arrive(route) {
  window.scrollTo(0, 0)
  main.focus({ preventScroll: true })
  announce(route.title)
}

function stop(problem) {
  if (problem.kind === 'key') return enter(problem)
  drawHeader(null, null)
  fill(main, h('h1', {}, 'mailfate'), trouble(problem, render))
}

// enter asks for a key; one that was not taken is forgotten.
function enter(problem) {
  const wrong = key() ? `${problem.text}: this key is wrong, or has been revoked.` : ''
  setKey('')
  known = null
  ending.abort()
  drawHeader(null, null)
  document.title = 'Sign in · mailfate'
  signIn(main, wrong, render)
}

const noPage = () => fill(main, h('h1', {}, 'There is no such page'), h('p', {}, 'The pages that there are stand above. ', h('a', { href: link('/') }, 'Go to the overview')))

// failed is for a fault of ours: it is shown, and written where developers look.
function failed(error) {
  console.error(error)
  fill(main, trouble({ kind: 'fault', text: 'This page has failed', todo: 'Load it again; if it stays, tell whoever runs mailfate.', detail: String(error?.message ?? error) }, () => location.reload()))
}

// Links to our own pages are followed without leaving the document.
function follow(event) {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  const a = event.target.closest('a[href]')
  if (!a || a.target || a.hasAttribute('download')) return
  const to = new URL(a.href)
  if (to.origin !== location.origin || !routeOf(to.pathname) || (to.hash && to.pathname === location.pathname)) return
  event.preventDefault()
  history.pushState(null, '', to.pathname + to.search)
  render()
}

// Searches from the header go to the feed in the same way.
function search(event) {
  if (event.defaultPrevented || event.target.getAttribute('role') !== 'search') return
  event.preventDefault()
  const q = new FormData(event.target).get('q').trim()
  history.pushState(null, '', link('/feed', { q }))
  render()
}

// refresh asks again while somebody looks.
async function refresh() {
  if (document.visibilityState !== 'visible' || !known || again.length === 0) return
  const { signal } = ending
  const health = await ask('/health', {}, { signal })
  if (signal.aborted) return
  const before = JSON.stringify(resolve(params(), known.span))
  if (health.data) known = { ...known, health: health.data, span: health.data.span }
  if (JSON.stringify(resolve(params(), known.span)) !== before) return render()
  for (const ask of again) ask()
}

document.addEventListener('click', follow)
document.addEventListener('submit', search)
window.addEventListener('popstate', () => render())
setInterval(refresh, refreshes)
render()
