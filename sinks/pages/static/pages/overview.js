// Overview: what became of the messages of a period.
import { h, fill } from '../dom.js'

export async function show(view) {
  fill(view.main, h('h1', {}, 'Overview'))
}
