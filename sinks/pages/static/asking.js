// Asking while somebody types: the newest question alone is answered.
import { ask } from './api.js'

// latest returns a function that asks as view.ask does, and gives up what it asked before.
// An answer that nobody waits for any more is a problem of kind "aborted".
export function latest(view) {
  let before = null
  return async (path, params) => {
    before?.abort()
    before = new AbortController()
    const answer = await ask(path, params, { signal: AbortSignal.any([view.signal, before.signal]) })
    return answer.problem?.kind === 'key' ? view.ask(path, params) : answer // the shell asks for a key
  }
}

// settled calls act when nothing has been typed for a moment; now calls it at once.
export function settled(act, { signal }, delay = 200) {
  let timer
  const stop = () => clearTimeout(timer)
  signal.addEventListener('abort', stop)
  return {
    soon: () => { stop(); timer = setTimeout(act, delay) },
    now: () => { stop(); act() },
  }
}
