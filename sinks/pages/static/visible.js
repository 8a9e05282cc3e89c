// Text that somebody else wrote: a log, a mail, a remote server. What would show as nothing,
// or turn round what stands beside it, is written out as \u202e is.
import { h } from './dom.js'
import { number } from './format.js'

// hidden are controls, formats, unassigned and private characters, and letters that have
// no shape; not what joins two emoji to one.
const hidden = /(?!(?<=[\p{Extended_Pictographic}\ufe0f\u{1f3fb}-\u{1f3ff}])\u200d\p{Extended_Pictographic})[\p{C}\p{Zl}\p{Zp}\u034f\u115f\u1160\u3164\uffa0]/gu

const short = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function code(rune) {
  const point = rune.codePointAt(0)
  return short[rune] ?? (point > 0xffff ? '\\U' + point.toString(16).padStart(8, '0') : '\\u' + point.toString(16).padStart(4, '0'))
}

// plain is a text in which nothing hides, for places that hold text alone.
export const plain = text => String(text ?? '').replace(hidden, code)

// foreign shows what somebody else wrote, of a very long text its beginning. It turns
// nothing round beside itself.
export function foreign(text, most = 2000) {
  const all = String(text ?? '')
  const shown = all.length > most ? all.slice(0, most).replace(/[\ud800-\udbff]$/, '') : all
  const parts = []
  let at = 0
  for (const found of shown.matchAll(hidden)) {
    parts.push(shown.slice(at, found.index), h('span', { class: 'hidden-character' }, code(found[0])))
    at = found.index + found[0].length
  }
  parts.push(shown.slice(at))
  return h('bdi', { class: 'foreign' }, parts, shown !== all && h('span', { class: 'quiet' }, `… and ${number(all.length - shown.length)} characters more`))
}

// quoted shows the words of a remote server.
export const quoted = (text, most) => h('q', { class: 'remarks' }, foreign(text, most))
