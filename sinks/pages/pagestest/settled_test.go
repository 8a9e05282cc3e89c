package pagestest

// settled is true when a page has drawn what it was asked for.
const settled = `document.readyState === 'complete'`
