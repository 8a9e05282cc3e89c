// Feed: every change of status, searched as one types, live, and as a file.
import { h, fill } from '../dom.js'
import { download } from '../feed/download.js'
import { filters } from '../feed/filters.js'
import { foreignStatuses, query } from '../feed/query.js'
import { results } from '../feed/results.js'
import { here, params } from '../state.js'
import { vocabularyLabel } from '../words.js'

export async function show(view) {
  const found = results(view)
  const file = download(view, () => query(view))
  const changed = () => {
    file.changed()
    fill(unknown, warning(view))
    found.changed()
  }
  const unknown = h('div', {}, warning(view))
  fill(view.main, h('h1', {}, 'Feed'),
    h('p', { class: 'note' }, 'Every change of status, the newest first.'),
    filters(view, changed), unknown,
    h('div', { class: 'feed-tools' }, liveSwitch(view, found), file.element),
    found.element)
  found.begin()
}

// liveSwitch turns listening on and off; older pages are not live.
function liveSwitch(view, found) {
  const button = h('button', { type: 'button', data: { action: 'live' }, on: { click: () => {
    const on = !params().has('live')
    view.remember({ live: on ? '1' : null, cursor: null })
    draw()
    found.changed()
  } } }, 'Live')
  const draw = () => button.setAttribute('aria-pressed', params().has('live'))
  draw()
  return h('span', { class: 'live-switch' }, button, found.state)
}

function warning(view) {
  const names = foreignStatuses(view)
  return names.length > 0 && h('p', { class: 'note', role: 'status' },
    `${names.join(', ')}: no status of ${vocabularyLabel(view.vocabulary)}, and so not looked for. `, h('a', { href: here({ status: null }) }, 'Forget it'))
}
