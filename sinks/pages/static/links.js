// Links from one record to another.
import { h } from './dom.js'
import { time } from './format.js'
import { link } from './state.js'
import { foreign } from './visible.js'

// toMessage leads to the story of a message to one recipient; id may be its number, which
// alone says both.
export const toMessage = (id, recipient, ...children) => h('a', { href: link('/message', { id, recipient, period: null, from: null, to: null }) }, children)

export const toRecipient = address => address ? h('a', { href: link('/recipient', { address, period: null, from: null, to: null }) }, foreign(address, 320)) : null

// toFeed leads to changes of status.
export const toFeed = (changes, ...children) => h('a', { href: link('/feed', changes) }, children)

export const at = (text, write = time) => h('time', { datetime: text }, write(text))
