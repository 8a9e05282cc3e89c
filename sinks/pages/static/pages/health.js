// Health: whether all is well with what takes messages in.
import { h, fill } from '../dom.js'

export async function show(view) {
  fill(view.main, h('h1', {}, 'Health'))
}
