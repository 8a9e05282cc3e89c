// What happened to a message, moment by moment.
import { h } from '../dom.js'
import { apart, day, milliseconds, moment as instant } from '../format.js'
import { at } from '../links.js'
import { status } from '../status.js'
import { foreign } from '../visible.js'
import { human } from '../words.js'
import { evidence } from './evidence.js'

// timeline is a list of moments; its statuses are those of a vocabulary.
export function timeline(moments, vocabulary) {
  const write = apart(moments.map(m => m.time))
  let [shownDay, attempt, before] = ['', 1, null]
  const items = moments.map(m => {
    const heads = []
    if (m.attempt > attempt) heads.push(h('p', { class: 'timeline-attempt' }, `Attempt ${m.attempt}`))
    attempt = Math.max(attempt, m.attempt)
    const gap = before && instant(m.time) - before
    before = instant(m.time)
    const today = day(m.time)
    if (today !== shownDay) heads.push(h('p', { class: 'timeline-day' }, today))
    shownDay = today
    return item(m, vocabulary, write, gap, heads)
  })
  return h('ol', { class: 'timeline', data: { part: 'timeline' } }, items)
}

function item(m, vocabulary, write, gap, heads) {
  const change = m.changes?.find(c => c.vocabulary === vocabulary)
  return h('li', { class: 'moment', data: { kind: m.kind, how: how(m) } }, heads,
    h('div', { class: 'moment-time' }, at(m.time, write), gap > 0 && h('span', { class: 'quiet' }, `+${milliseconds(gap)}`)),
    h('div', { class: 'moment-body' },
      h('p', { class: 'moment-kind' }, h(m.withdrawn ? 's' : 'strong', {}, human(m.kind || 'a change')), m.reason && `: ${human(m.reason)}`, tags(m).map(tag => h('span', { class: 'tag' }, tag))),
      change && h('p', { class: 'moment-change' }, h('span', { class: 'quiet' }, change.before === 'none' ? 'Status: ' : ['Status: ', status(vocabulary, change.before), ' → ']), status(vocabulary, change.after), change.final && h('span', { class: 'quiet' }, ' (final)')),
      m.notes?.map(note => h('p', { class: 'note wrap' }, foreign(capital(note)), '.')),
      m.event && !m.inferred && !m.withdrawn && evidence(m.event),
      m.unlisted > 0 && h('p', { class: 'note' }, `… and ${m.unlisted} more of this kind between this and the next.`)))
}

const how = m => m.withdrawn ? 'withdrawn' : m.inferred ? 'inferred' : m.suspicious ? 'suspicious' : 'observed'

const capital = text => text[0].toUpperCase() + text.slice(1).replace(/\.$/, '')

const people = ['opened', 'read', 'clicked', 'unsubscribed']

// tags say who it was, and how sure it is.
const tags = m => [
  m.kind?.startsWith('machine_') && 'a machine', people.includes(m.kind) && !m.suspicious && 'a person',
  m.inferred && 'inferred, not observed', m.suspicious && 'suspicious: changes nothing', m.withdrawn && 'taken back',
].filter(Boolean)
