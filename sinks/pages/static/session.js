// The reader's key, kept for this tab alone: it goes into headers and forms, never into
// an address.

const name = 'mailfate.key'
let memory = ''

export function key() {
  try { return sessionStorage.getItem(name) ?? memory } catch { return memory }
}

export function setKey(secret) {
  memory = secret
  try {
    if (secret) sessionStorage.setItem(name, secret)
    else sessionStorage.removeItem(name)
  } catch { /* storage is forbidden here: the key lasts as long as the page */ }
}
