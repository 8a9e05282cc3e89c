// Events that are in nobody's story.
import { h } from '../dom.js'
import { number } from '../format.js'
import { at } from '../links.js'
import { foreign } from '../visible.js'
import { human } from '../words.js'
import { evidence } from './evidence.js'

// held shows them, and why nobody has them.
export function held(story) {
  if (story.held.length === 0) return null
  return h('section', { class: 'region', 'aria-label': 'Heard of, and in no story', data: { region: 'held' } },
    h('h2', {}, 'Heard of, and in no story'),
    story.held.map(group => h('div', { class: 'held', data: { held: group.contested ? 'contested' : 'unmatched' } },
      h('h3', {}, human(group.kind), ': ', group.contested ? 'it could be several accounts’' : 'it is nobody’s', group.recipient && [' (', foreign(group.recipient, 320), ')']),
      h('p', { class: 'wrap' }, foreign(group.why)),
      h('ul', { class: 'plain' }, group.events.map(event => h('li', {}, at(event.time), evidence(event)))),
      group.total > group.events.length && h('p', { class: 'note' }, `… and ${number(group.total - group.events.length)} more.`))))
}
