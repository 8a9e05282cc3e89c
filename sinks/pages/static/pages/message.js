// Message: what became of one message, with the evidence.
import { h, fill } from '../dom.js'
import { lookup } from '../lookup.js'
import { toFeed, toMessage } from '../links.js'
import { here } from '../state.js'
import { empty, loading, trouble } from '../states.js'
import { doubts, facts, others, standing } from '../story/head.js'
import { held } from '../story/held.js'
import { sideBySide } from '../story/side.js'
import { timeline } from '../story/timeline.js'
import { foreign, plain } from '../visible.js'
import { vocabularyLabel } from '../words.js'

export async function show(view) {
  const id = view.params.get('id')?.trim() ?? ''
  const recipient = view.params.get('recipient')?.trim() ?? ''
  const body = h('div', { data: { part: 'story' } })
  fill(view.main, body, lookup(view, {
    label: 'Look up a message', name: 'id', value: id, hint: 'An email id as the platform gave it, mailfate’s number, or a Message-ID.',
    found: text => ({ id: text, recipient: null }),
  }))
  if (!id) return fill(body, h('h1', {}, 'Message'), empty('No message is chosen.', 'Type or paste its id below, or open a row of the ', toFeed({}, 'feed'), '.'))
  fill(body, h('h1', {}, 'Message'), loading('The story'))
  const { data, problem } = await view.ask('/messages/' + encodeURIComponent(id), { recipient, account: view.account })
  if (problem?.kind === 'aborted' || view.signal.aborted) return
  if (problem) return fill(body, h('h1', {}, 'Message'), explained(problem, view, recipient))
  tell(view, body, data, recipient)
}

function tell(view, body, story, wanted) {
  const told = story.recipients.filter(r => r.timeline)
  const chosen = told.find(r => r.id === view.params.get('id')) ?? told.find(r => r.recipient === wanted) ?? told[0]
  const subject = (chosen ?? story.recipients[0])?.subject
  view.title(subject ? plain(subject).slice(0, 80) : 'Message')
  fill(body, h('h1', { class: 'subject' }, subject ? foreign(subject, 500) : 'Message without a known subject'))
  if (story.recipients.length === 0) fill(body, h('h1', {}, 'Message'), empty('Nobody is known to have sent this to anybody.', 'There are events that name it; they stand below. Was the log of the server that sent it read?'))
  if (chosen) body.append(...[standing(chosen, view.vocabulary), facts(story, chosen, view.session), ...doubts(story, chosen)].filter(Boolean))
  else if (story.recipients.length > 0) body.append(h('p', {}, 'It went to several: choose one.'))
  const list = others(story, chosen, view.vocabulary)
  if (list) body.append(list)
  if (chosen) {
    body.append(
      part('What happened', 'timeline', `In the words of ${vocabularyLabel(view.vocabulary)}. Each moment with what was observed, and where it was read.`, timeline(chosen.timeline, view.vocabulary)),
      part('In every vocabulary', 'vocabularies', null, sideBySide(chosen, story.vocabularies, view.vocabulary)))
  }
  const nobodys = held(story)
  if (nobodys) body.append(nobodys)
  body.append(h('p', { class: 'region' }, toFeed({ message_id: story.message_id, period: null, from: null, to: null }, 'All changes of this message in the feed')))
}

const part = (title, name, note, ...content) => h('section', { class: 'region', 'aria-label': title, data: { region: name } }, h('h2', {}, title), note && h('p', { class: 'note' }, note), content)

function explained(problem, view, recipient) {
  if (problem.status === 404) {
    return h('div', { data: { problem: 'not_found' } }, empty('No message is known by this id' + (recipient ? ' and recipient.' : '.'),
      'Is it whole, with what stands before and behind the @? Has the log been read, and is the message not older than what is kept? ',
      recipient && [h('a', { href: here({ recipient: null }) }, 'Look for it without the recipient'), '. '], toFeed({ q: view.params.get('id').slice(0, 320) }, 'Search the feed for it'), '.'),
    said(problem))
  }
  if (problem.status === 409) {
    return h('div', { data: { problem: 'several' } }, empty('Several messages have this id.', 'Choose one of them.'), named(problem.text) ?? said(problem))
  }
  return trouble(problem, view.redraw)
}

// said is what the server itself says, which may name what there is instead.
const said = problem => h('p', { class: 'detail' }, foreign(problem.text, 1000))

// named are links to the messages that the server names: quoted, each with its recipient.
function named(text) {
  const quoted = text.slice(text.lastIndexOf('name one: ')).match(/"(?:[^"\\]|\\.)*"/g) ?? []
  try {
    const words = quoted.map(q => JSON.parse(q))
    if (words.length === 0 || words.length % 2 > 0) return null
    const pairs = words.flatMap((id, i) => i % 2 === 0 ? [[id, words[i + 1]]] : [])
    return h('ul', {}, pairs.map(([id, recipient]) => h('li', { class: 'wrap' }, toMessage(id, recipient, foreign(id, 320)), ' to ', foreign(recipient, 320))))
  } catch {
    return null // it names them in a way that we cannot read
  }
}
