// Server-sent events, read by fetch: an EventSource could send the key in an address only.

// events splits the bytes of a stream into events, {id, event, data} with what is there,
// as its standard has it.
export async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  let event = {}
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return
    const lines = (rest + value).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop()
    for (const line of lines) {
      if (line === '') {
        yield event // one of a comment alone is empty: it shows that the server is there
        event = {}
        continue
      }
      const [, name, text] = /^([^:]*):? ?([^]*)$/.exec(line)
      if (name === 'data') event.data = event.data === undefined ? text : event.data + '\n' + text
      else if (name) event[name] = text
    }
  }
}
