// Elements, made of text alone: nothing here takes HTML, so nothing in a log can become any.

const forbidden = /^(on|srcdoc$|innerhtml$|outerhtml$)/i

// h makes an element. Of props, `on` holds listeners, `data` data attributes, `style`
// properties and values; all else are attributes, and null, undefined and false leave one out. Children are nodes, text,
// numbers, lists of those, and null or false for none.
export function h(tag, props, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(props ?? {})) set(element, name, value)
  return add(element, ...children)
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return
  switch (name) {
    case 'on':
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener)
      return
    case 'data':
      for (const [key, text] of Object.entries(value)) if (text !== undefined && text !== null) element.dataset[key] = text
      return
    case 'style':
      for (const [property, text] of Object.entries(value)) element.style.setProperty(property, text)
      return
    case 'value':
      element.value = value
      return
    case 'href':
      if (!ours(value)) return
  }
  if (forbidden.test(name)) throw new Error(`h: ${name} is not an attribute for data`)
  element.setAttribute(name, value === true ? '' : value)
}

// ours reports whether an address is one of our own pages, or a place in this one.
function ours(href) {
  return /^(#|\/(?!\/))/.test(href) || href.startsWith('blob:')
}

// add puts children behind those that an element has.
export function add(element, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child)
  }
  return element
}

// fill puts children in place of those that an element has.
export function fill(element, ...children) {
  element.replaceChildren()
  return add(element, ...children)
}

// unique returns an id that no other element has.
let ids = 0
export const unique = name => `${name}-${++ids}`

// heard is text for those who listen, and not for those who look.
export const heard = text => h('span', { class: 'heard' }, text)
