// What was observed: the words of a server, the program that asked, and the line of a log
// where that stands.
import { h } from '../dom.js'
import { number } from '../format.js'
import { foreign, plain, quoted } from '../visible.js'

// evidence shows an event, as far as its kind does not say it all.
export function evidence(event) {
  const queue = [event.queue_id, event.next_queue_id].filter(Boolean)
  const rows = [
    event.reply || event.code ? ['They said', answer(event)] : event.command && ['Request', foreign(event.command)],
    event.relay && ['Server', foreign(event.relay)],
    queue.length > 0 && ['Queue id', queue.map((id, i) => [i > 0 && ' → ', foreign(id)])],
    event.url && ['Link', foreign(event.url, 500)],
    (event.ip || event.user_agent) && ['Client', [event.ip && foreign(event.ip), event.ip && event.user_agent && ', ', event.user_agent && foreign(event.user_agent, 500)]],
    ['Read in', place(event)],
  ].filter(Boolean)
  return h('dl', { class: 'evidence' }, rows.map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]))
}

// answer is the reply and what it replied to; many replies begin with their code.
function answer(event) {
  const code = [event.code || '', event.enhanced].filter(Boolean).join(' ')
  const says = event.code && event.reply?.startsWith(String(event.code))
  return [!says && code && [code, ' '], event.reply && quoted(event.reply), event.command && [' to ', foreign(event.command)]]
}

function place(event) {
  const where = [event.source, event.host && `on ${plain(event.host)}`].filter(Boolean).join(' ')
  return [where, event.file && [where && ': ', h('span', { class: 'place', title: 'file, and byte in it' }, foreign(event.file, 500), `, byte ${number(event.offset)}`)]]
}
