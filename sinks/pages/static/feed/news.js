// What comes while one looks: shown at once, or held back while the reader is in the midst
// of the rows.
import { h } from '../dom.js'
import { number } from '../format.js'
import { params } from '../state.js'
import { listen } from './live.js'
import { query } from './query.js'

const together = 250 // milliseconds for which events are gathered, to be drawn at once
const quiet = 10_000 // and in which those who listen are told of new ones once
const states = { connecting: 'connecting…', live: 'listening', resting: 'resting while nobody looks', waiting: 'the connection broke; trying again…' }

// live follows what the address looks at. Rows are changed as events come, and drawn is
// called then; reload asks for everything anew, trimmed is told when rows have left, and
// more says whether older ones stand behind them. No more than most are held back.
export function live({ view, rows, body, state, most, reload, drawn, trimmed, more }) {
  let ending = new AbortController()
  let ready = false // the page is loaded, so that events can be put into it
  let events = []
  let timer = null
  const held = new Map()
  let holds = 0 // how many there were to hold
  let late = 0 // changes older than all that are shown
  let untold = 0
  let told = 0 // when

  const button = h('button', { type: 'button', class: 'primary news', hidden: true, data: { action: 'news' }, on: { click: () => { showHeld(); scrollTo({ top: 0 }) } } })
  const older = h('p', { class: 'note', hidden: true })

  // A reader who has scrolled down, or walks through the rows, is not disturbed.
  const busy = () => body.getBoundingClientRect().top < 0 || rows.element.contains(document.activeElement)

  function showHeld() {
    if (holds > held.size) anew() // more than could be held
    else for (const change of held.values()) put(change)
    held.clear()
    holds = 0
    settle()
  }

  // anew asks for the page again; what comes meanwhile is put into the answer.
  function anew() {
    ready = false
    reload()
  }

  function put(change) {
    rows.put(change, { fresh: true })
    if (rows.cut()) trimmed()
  }

  const kinds = {
    change(change) {
      if (rows.has(change.change)) return put(change)
      if (more() && rows.older(change)) {
        late++
        return
      }
      if (!held.has(change.change)) untold++
      if (!busy()) return put(change)
      if (!held.has(change.change)) holds++
      if (held.size < most || held.has(change.change)) held.set(change.change, change)
    },
    withdrawn(key) {
      if (held.delete(key)) holds--
      rows.remove(key)
    },
  }

  function come(kind, what) {
    if (events.length >= most) { // the page is not to be had: it will be asked for again
      events = []
      if (ready) anew()
    }
    events.push([kind, what])
    timer ??= setTimeout(work, together)
  }

  function work() {
    timer = null
    if (!ready || view.signal.aborted) return
    for (const [kind, what] of events) kinds[kind](what)
    events = []
    settle()
    tell()
  }

  function settle() {
    button.hidden = holds === 0
    button.textContent = `${number(holds)} new`
    older.hidden = late === 0
    older.textContent = `${number(late)} ${late === 1 ? 'change' : 'changes'} older than these came in too.`
    drawn()
  }

  function tell() {
    if (untold === 0 || Date.now() - told < quiet) return
    view.announce(`${untold} new ${untold === 1 ? 'change' : 'changes'}`)
    told = Date.now()
    untold = 0
  }

  function stop() {
    ending.abort()
    clearTimeout(timer)
    timer = null
    events = []
    held.clear()
    ready = false
    holds = late = untold = 0
    button.hidden = older.hidden = true
    state.textContent = ''
    delete state.dataset.state
  }

  addEventListener('scroll', () => { if (holds > 0 && !busy()) showHeld() }, { signal: view.signal, passive: true })
  view.signal.addEventListener('abort', stop)

  return {
    element: [button, older],
    // listen begins anew with what is looked at now, or stops.
    listen() {
      stop()
      if (!params().has('live') || params().has('cursor')) return
      ending = new AbortController()
      const { signal } = ending
      listen(query(view), signal, {
        change: change => come('change', change),
        withdrawn: key => come('withdrawn', key),
        reset: anew,
        state: (name, problem) => {
          if (signal.aborted) return
          state.dataset.state = name
          state.textContent = name === 'refused' ? `not live: ${problem.text}` : states[name]
        },
      })
    },
    // caughtUp is called when the page has been loaded.
    caughtUp() {
      ready = true
      if (events.length > 0) work()
    },
  }
}
