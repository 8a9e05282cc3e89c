// What of the feed is looked at, as the address of the page says it, and how the API is
// asked for it.
import { params } from '../state.js'
import { statusesOf } from '../words.js'

// typed are the parameters that hold what somebody types, and listed those with several
// values.
export const typed = ['q', 'sender', 'recipient', 'message_id', 'campaign']
export const listed = ['status', 'kind', 'reason']

export const values = name => (params().get(name) ?? '').split(',').filter(Boolean)

// query is what the API is asked for. Statuses of another vocabulary than the one that
// is looked at are left out, for it would not know them; foreignStatuses are those.
export function query(view) {
  const at = params()
  const asked = { vocabulary: view.vocabulary, account: view.account }
  for (const name of typed) asked[name] = at.get(name)?.trim()
  for (const name of listed) asked[name] = values(name)
  const known = statusesOf(view.vocabulary).map(s => s.status)
  asked.status = asked.status.filter(s => known.includes(s))
  return { ...asked, ...span(view) }
}

export const foreignStatuses = view => values('status').filter(s => !statusesOf(view.vocabulary).some(k => k.status === s))

// narrow reports whether anything but the vocabulary narrows what is looked at.
export const narrow = view => Object.entries(query(view)).some(([name, value]) => name !== 'vocabulary' && value?.length > 0)

// ends are the two ends of the time that is looked at, as {day, clock}. A period that
// another page was looked at for counts too.
export function ends(view) {
  const at = params()
  const period = at.has('period') ? view.period : null
  const [from, to] = [at.get('from') ?? period?.from, at.get('to') ?? period?.to]
  return { from: parts(from), to: parts(to) }
}

const parts = text => {
  const [, day = '', clock = ''] = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)Z?)?$/.exec(text ?? '') ?? []
  return { day, clock }
}

// isTime reports whether an end of the time is one: a day, with or without a time of it.
export const isTime = text => parts(text).day !== '' && !Number.isNaN(Date.parse(text.slice(0, 10)))

// The last day counts as a whole, and of a time of day what was before it.
function span(view) {
  const { from, to } = ends(view)
  return { from: instant(from), to: instant(to) }
}

const instant = ({ day, clock }) => day && clock ? `${day}T${clock.length === 5 ? clock + ':00' : clock}Z` : day

// written puts an end of the time back together, for the address.
export const written = ({ day, clock }) => day && clock ? `${day}T${clock}Z` : day
