// All that is looked at, as a file. The key goes in the body of a form, never in an address.
import { base, request } from '../api.js'
import { h, fill } from '../dom.js'
import { number } from '../format.js'
import { key } from '../session.js'
import { loading, trouble } from '../states.js'

const formats = [
  { label: 'CSV', fields: { format: 'csv' }, note: 'for programs, in UTF-8' },
  { label: 'CSV for Excel', fields: { format: 'csv', bom: 'true' }, note: 'begins with a byte order mark, by which Excel knows UTF-8' },
  { label: 'NDJSON', fields: { format: 'ndjson' }, note: 'one JSON object a line' },
  { label: 'Parquet', fields: { format: 'parquet' }, note: 'for pandas, DuckDB and the like' },
]

// download is what folds out: about how much it is, and a button for each kind of file.
// query tells what is looked at, when it is asked.
export function download(view, query) {
  const body = h('div', { class: 'download-body', 'aria-live': 'polite' })
  const details = h('details', { class: 'download', data: { part: 'download' } }, h('summary', {}, 'Download'), body)
  let asked = null

  async function open() {
    const params = query()
    const text = JSON.stringify(params)
    if (text === asked) return
    asked = text
    fill(body, loading('How much it is'))
    const { response, problem } = await request('/feed/download', { params, method: 'HEAD', signal: view.signal })
    if (text !== asked || problem?.kind === 'aborted') return
    if (problem) {
      asked = null
      return fill(body, trouble(explained(problem), open))
    }
    fill(body, h('p', {}, amount(response.headers.get('X-Estimated-Rows'))),
      h('div', { class: 'formats' }, formats.map(format => form(format, params))))
  }
  details.addEventListener('toggle', () => { if (details.open) open() })
  return { element: details, changed: () => { if (details.open) open() } }
}

function amount(estimate) {
  if (estimate === null) return 'How many rows it will be is not known yet.'
  return estimate === '0' ? 'Nothing fits: the file will hold no row.' : `About ${number(Number(estimate))} rows, the newest first.`
}

// A HEAD has no body that could say what is wrong.
function explained(problem) {
  if (problem.status === 403) return { ...problem, text: 'this key may look, and not download', todo: 'Ask whoever runs mailfate for a key with the scopes read and download (mailfate key add --scope read,download).' }
  if (problem.status === 503) return { ...problem, text: 'too many downloads run at the moment, or the database does not answer' }
  return problem
}

function form({ label, fields, note }, params) {
  const hidden = Object.entries({ ...params, ...fields, api_key: key() })
    .flatMap(([name, value]) => [value].flat().filter(Boolean).map(text => h('input', { type: 'hidden', name, value: text })))
  return h('form', { method: 'post', action: `${base}/feed/download`, data: { format: label } }, hidden,
    h('button', { type: 'submit', title: note }, label))
}
