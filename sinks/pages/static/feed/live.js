// Listening to changes as they are taken in.
import { request } from '../api.js'
import { events } from './stream.js'

const silence = 45_000 // after which a stream counts as broken: the server says something every 15 s
const unseen = 60_000 // after which a page that nobody looks at rests: a browser has six connections to a server
const soonest = 1000
const latestWait = 30_000

// listen calls on.change, on.withdrawn and on.reset until the signal ends. It goes on
// where it was when the connection breaks, and rests while nobody looks. on.state is told
// 'connecting', 'live', 'resting', 'waiting', or 'refused' with the problem, which ends it.
export async function listen(params, signal, on) {
  const place = { id: '' }
  let wait = soonest
  while (!signal.aborted) {
    on.state('connecting')
    const problem = await follow(params, signal, place, on, () => { wait = soonest })
    if (signal.aborted) return
    if (!problem && document.hidden) {
      on.state('resting')
      await seen(signal)
      continue
    }
    if (problem && final(problem)) return on.state('refused', problem)
    on.state('waiting', problem)
    await pause(wait * (0.75 + Math.random() / 2), signal)
    wait = Math.min(wait * 2, latestWait)
  }
}

// final problems are those that waiting does not mend.
const final = problem => problem.status >= 400 && problem.status < 500 && problem.status !== 429 && problem.status !== 408

// follow reads one connection to its end.
async function follow(params, signal, place, on, connected) {
  const broken = new AbortController()
  const both = AbortSignal.any([signal, broken.signal])
  let watch = setTimeout(() => broken.abort(), silence)
  const headers = place.id ? { 'Last-Event-ID': place.id } : {}
  try {
    const { response, problem } = await request('/feed/live', { params, headers, signal: both })
    if (problem) return problem
    connected()
    on.state('live')
    whenUnseen(() => broken.abort(), broken.signal)
    if (!place.id) on.reset() // what was taken in before listening began is in no event
    for await (const event of events(response.body)) {
      clearTimeout(watch)
      watch = setTimeout(() => broken.abort(), silence)
      if (signal.aborted) return
      tell(event, on)
      if (event.id) place.id = event.id
    }
  } catch {
    // the connection has ended: whoever called connects again
  } finally {
    clearTimeout(watch)
    broken.abort()
  }
}

function tell({ event, data }, on) {
  if (event === 'change') on.change(JSON.parse(data))
  else if (event === 'withdrawn') on.withdrawn(JSON.parse(data).change)
  else if (event === 'reset') on.reset()
}

const pause = (ms, signal) => new Promise(done => {
  const over = () => { clearTimeout(timer); signal.removeEventListener('abort', over); done() }
  const timer = setTimeout(over, ms)
  signal.addEventListener('abort', over)
})

// whenUnseen acts when nobody has looked at the page for a while.
function whenUnseen(act, signal) {
  let timer
  const look = () => {
    clearTimeout(timer)
    if (document.hidden) timer = setTimeout(act, unseen)
  }
  document.addEventListener('visibilitychange', look, { signal })
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  look()
}

const seen = signal => new Promise(done => {
  const look = () => {
    if (document.hidden && !signal.aborted) return
    document.removeEventListener('visibilitychange', look)
    signal.removeEventListener('abort', look)
    done()
  }
  document.addEventListener('visibilitychange', look)
  signal.addEventListener('abort', look)
  look()
})
