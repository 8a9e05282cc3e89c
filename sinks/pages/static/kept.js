// What a reader has chosen for all pages, kept in this browser: language, theme, zone.

const prefix = 'mailfate.'

export function kept(name, otherwise) {
  try { return localStorage.getItem(prefix + name) ?? otherwise } catch { return otherwise }
}

// keep keeps a choice; null forgets it.
export function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(prefix + name)
    else localStorage.setItem(prefix + name, value)
  } catch { /* storage is forbidden here: the choice lasts as long as the page */ }
}
