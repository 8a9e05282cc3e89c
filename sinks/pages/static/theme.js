// The theme is set before anything is drawn, so that nothing flashes: a classic script in
// the head, the only one. What the reader chose is kept; else it is the system's.
(() => {
  let chosen = null
  try { chosen = localStorage.getItem('mailfate.theme') } catch { /* storage may be forbidden */ }
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen
})()
