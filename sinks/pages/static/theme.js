// The theme is set before anything is drawn, so that nothing flashes: a classic script in
// the head, the only one. What the reader chose is kept; else it is the system's.
(() => {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  let chosen = null
  try { chosen = localStorage.getItem('mailfate.theme') } catch { /* storage may be forbidden */ }
  function set() {
    document.documentElement.dataset.theme = ['light', 'dark'].includes(chosen) ? chosen : dark.matches ? 'dark' : 'light'
    document.dispatchEvent(new Event('themechange'))
  }
  set()
  dark.addEventListener('change', set)
  document.addEventListener('themechosen', event => { chosen = event.detail; set() })
})()
