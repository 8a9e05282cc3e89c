// Asking the API. What goes wrong is a value, a problem, which says what happened and
// what to do about it; nothing here throws.
import { key } from './session.js'

export const base = '/api/v1'

// address is that of a question; parameters that are empty are left out, and one with a
// list is there once for each.
export function address(path, params = {}) {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) {
    for (const text of [value].flat()) {
      if (text !== undefined && text !== null && text !== '' && text !== false) query.append(name, text)
    }
  }
  const written = query.toString()
  return base + path + (written && '?' + written)
}

// request asks, with the reader's key: {response} or {problem}.
export async function request(path, { params, signal, method = 'GET', body, headers = {} } = {}) {
  const secret = key()
  if (secret) headers = { ...headers, Authorization: 'Bearer ' + secret }
  try {
    const response = await fetch(address(path, params), { method, body, headers, signal, cache: 'no-store', credentials: 'omit' })
    return response.ok ? { response } : { problem: await refused(response) }
  } catch (error) {
    return { problem: signal?.aborted ? { kind: 'aborted' } : unreachable(error) }
  }
}

// ask gets a JSON document: {data} or {problem}.
export async function ask(path, params, { signal } = {}) {
  const { response, problem } = await request(path, { params, signal })
  if (problem) return { problem }
  try {
    return { data: await response.json() }
  } catch (error) {
    return { problem: signal?.aborted ? { kind: 'aborted' } : unreachable(error) }
  }
}

const remedies = {
  400: 'Change what is asked for: the address or the fields above say it.',
  401: 'Sign in with a key.',
  403: 'Ask whoever runs mailfate for a key that may do this (mailfate key add).',
  404: 'Look at what was typed; what was never recorded, or has been deleted since, is not found.',
  413: 'Ask for less at once.',
  429: 'Wait a little, then try again.',
  503: 'The database may be starting: try again in a moment. If it stays, look at mailfate’s log.',
}

async function refused(response) {
  const said = await response.json().catch(() => ({}))
  return {
    kind: response.status === 401 ? 'key' : 'refused',
    status: response.status,
    code: said.code ?? '',
    data: said,
    text: said.error ?? `the server answered ${response.status}`,
    todo: remedies[response.status] ?? 'Try again; if it stays, look at mailfate’s log.',
  }
}

function unreachable(error) {
  return {
    kind: 'unreachable', status: 0, code: '', data: {},
    text: 'mailfate does not answer',
    todo: 'See whether it still runs (mailfate serve, run, or replay --serve), then try again.',
    detail: String(error?.message ?? error),
  }
}
