// What the keyboard comes to, and what it should.
globalThis.keyboard = (() => {
  const usable = 'a[href], button, input, select, textarea, summary, [tabindex="0"]'
  const describe = e => e ? e.outerHTML.replace(/\s+/g, ' ').slice(0, 160) : 'nothing'

  // reachable are the elements that a reader should come to: of a group of radio
  // buttons one, the chosen.
  function reachable() {
    return [...document.querySelectorAll(usable)].filter(e => {
      if (e.disabled || e.tabIndex < 0 || e.closest('[inert]') || !e.checkVisibility({ visibilityProperty: true })) return false
      if (e.type !== 'radio' || e.checked) return true
      const group = [...document.querySelectorAll('input[type=radio]')].filter(r => r.name === e.name && r.form === e.form)
      return !group.some(r => r.checked) && group[0] === e
    })
  }

  // plain are the looks of what has not the focus.
  const plain = new Map()
  const dress = e => {
    const s = getComputedStyle(e)
    return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.borderColor, s.backgroundColor, s.textDecoration].join()
  }
  // A field that is not drawn may show its focus by what stands around it.
  const around = e => [e, e.parentElement, e.nextElementSibling].filter(Boolean)

  let expected = []
  const came = []
  const wrong = []

  function begin() {
    document.activeElement?.blur()
    scrollTo(0, 0)
    expected = reachable()
    for (const e of expected) plain.set(e, around(e).map(dress))
    return expected.length
  }

  // arrived looks at where the focus is, and says whether it has been everywhere.
  function arrived() {
    const e = document.activeElement
    if (e === document.body) return came.length > 0
    if (!came.includes(e)) {
      came.push(e)
      look(e)
    }
    return expected.every(e => came.includes(e) || !e.isConnected)
  }

  function look(e) {
    if (!plain.has(e)) {
      wrong.push('the keyboard came to something that was not there or cannot be used: ' + describe(e))
      return
    }
    if (around(e).every((n, i) => dress(n) === plain.get(e)[i])) wrong.push('the focus cannot be seen: ' + describe(e))
    const box = e.getClientRects()[0]
    if (!box || box.bottom < 0 || box.top > innerHeight || box.right < 0 || box.left > innerWidth) wrong.push('what has the focus is out of sight: ' + describe(e))
  }

  function faults() {
    const missed = expected.filter(e => e.isConnected && !came.includes(e))
    return wrong.concat(missed.map(e => 'the keyboard does not come to ' + describe(e)))
  }

  return { begin, arrived, faults }
})()
