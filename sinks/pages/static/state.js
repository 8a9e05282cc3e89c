// What is looked at stands in the address: a view can be sent to somebody, and Back goes
// back.

// shared are the parameters that go along from page to page.
export const shared = ['period', 'from', 'to', 'account', 'vocabulary']

export const params = () => new URLSearchParams(location.search)

// changed returns parameters with changes made; null and '' take one out.
function changed(from, changes) {
  const to = new URLSearchParams(from)
  for (const [name, value] of Object.entries(changes)) {
    const text = Array.isArray(value) ? value.join(',') : value
    if (text === null || text === undefined || text === '' || text === false) to.delete(name)
    else to.set(name, text)
  }
  return to
}

function written(path, query) {
  const text = query.toString()
  return path + (text && '?' + text)
}

// link is the address of another page, with the shared parameters kept.
export function link(path, changes = {}) {
  const kept = new URLSearchParams()
  for (const [name, value] of params()) if (shared.includes(name)) kept.set(name, value)
  return written(path, changed(kept, changes))
}

// here is the address of this page with changes.
export const here = changes => written(location.pathname, changed(params(), changes))

// remember writes changes into the address and draws nothing; the step before stays in
// the history only if push is set.
export function remember(changes, { push = false } = {}) {
  const to = here(changes)
  if (to === location.pathname + location.search) return
  if (push) history.pushState(null, '', to)
  else history.replaceState(history.state, '', to)
}
