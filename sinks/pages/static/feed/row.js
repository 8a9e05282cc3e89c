// One change of status, as a row.
import { h } from '../dom.js'
import { status } from '../status.js'
import { foreign, plain, quoted } from '../visible.js'
import { human, statusLabel } from '../words.js'
import { at, toFeed, toMessage, toRecipient } from '../links.js'

// columns are those of the feeds that the providers' texts describe, in four columns and
// the time.
export const columns = ['Time', 'Recipient and sender', 'Subject and campaign', 'Status', 'Reason and remarks']

const most = 300 // characters of a text in a row; the story has it all

// row shows a change in a vocabulary.
export function row(change, vocabulary) {
  const cells = [time(change), people(change), subject(change), step(change, vocabulary), why(change)]
  const line = h('tr', { role: 'row', data: { change: change.change } }, cells)
  line.addEventListener('click', event => {
    const chosen = String(getSelection()) !== '' // the reader is copying something
    if (!chosen && !event.target.closest('a, button')) line.querySelector('a').click()
  })
  return line
}

const cell = (name, ...children) => h('td', { role: 'cell', data: { column: name } }, children)

const time = change => h('th', { scope: 'row', role: 'rowheader', data: { column: 'time' } },
  toMessage(change.id, null, at(change.time), h('span', { class: 'heard' }, `, the message to ${plain(change.recipient)}`)))

const people = change => cell('people',
  h('div', { class: 'first' }, toRecipient(change.recipient) ?? h('span', { class: 'quiet' }, '(no recipient named)')),
  h('div', { class: 'second' }, 'from ', change.sender ? foreign(change.sender, most) : '(unknown)'))

const subject = change => cell('subject',
  h('div', { class: 'first clamped' }, change.subject ? foreign(change.subject, most) : h('span', { class: 'quiet' }, '(no subject known)')),
  change.campaign && h('div', { class: 'second clamped' }, toFeed({ campaign: change.campaign }, foreign(change.campaign, most))))

const step = (change, vocabulary) => cell('status',
  h('div', { class: 'first' }, status(vocabulary, change.status)),
  change.before !== 'none' && h('div', { class: 'second' }, 'before: ', label(vocabulary, change.before)))

function label(vocabulary, id) {
  const { text, lang } = statusLabel(vocabulary, id)
  return h('span', { lang: lang === 'en' ? null : lang }, text)
}

const why = change => cell('why',
  h('div', { class: 'first' }, said(change)),
  change.remarks && h('div', { class: 'second clamped' }, quoted(change.remarks, most)),
  change.url && h('div', { class: 'second clamped' }, foreign(change.url, most)))

// said is the reason, or where there is none, what happened.
const said = change => change.reason ? [human(change.reason), change.class && h('span', { class: 'quiet' }, `, ${change.class}`)] : h('span', { class: 'quiet' }, human(change.kind))
