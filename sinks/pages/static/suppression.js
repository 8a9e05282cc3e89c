// Why an address is to be written to no more.
import { h } from './dom.js'
import { at, toMessage } from './links.js'
import { foreign, plain, quoted } from './visible.js'
import { human } from './words.js'

export const reasons = { complained: 'Complained', unsubscribed: 'Unsubscribed', hard_bounced: 'Bounced hard' }

// reason is what happened first, and what else did.
export function reason(s) {
  const more = s.reasons.filter(r => r !== s.reason).map(r => reasons[r] ?? human(r))
  return [h('strong', {}, reasons[s.reason] ?? human(s.reason)), s.detail && `: ${human(s.detail)}`,
    (more.length > 0 || s.times > 1) && h('div', { class: 'second' }, [more.length > 0 && `also: ${more.join(', ')}`, s.times > 1 && `${s.times} times in all`].filter(Boolean).join('; '))]
}

// evidence is what the server said, and the message to which that happened.
export const evidence = s => [
  s.remarks && h('div', { class: 'first' }, quoted(s.remarks, 500)),
  h('div', { class: s.remarks ? 'second' : 'first' }, toMessage(s.message_id, s.recipient, s.remarks ? 'The message' : 'The message to which it happened', h('span', { class: 'heard' }, `, to ${plain(s.recipient)}`))),
]

// told says it in a sentence.
export const told = s => h('div', { class: 'trouble', data: { suppressed: s.reason } },
  h('p', { class: 'trouble-text' }, 'Suppressed: do not write to this address', s.account && s.account !== 'default' && [' for ', foreign(s.account)], '.'),
  h('p', {}, reason(s), ' since ', at(s.since), '. '), h('div', {}, evidence(s)))
