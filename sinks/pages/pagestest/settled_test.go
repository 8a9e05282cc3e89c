package pagestest

import "time"

// settled is true when a page has drawn all that it was asked for.
const settled = `document.readyState === 'complete' && (() => {
	const main = document.getElementById('main')
	return main?.firstElementChild && !main.querySelector(':scope > noscript') && !document.querySelector('[aria-busy=true], .loading')
})()`

// settle waits until the page shows what it was asked for.
func (b *tab) settle() {
	b.t.Helper()
	limit := time.After(patience)
	for {
		b.until("the page is drawn", settled)
		busy := b.watch.busy()
		if busy == nil {
			return
		}
		select {
		case <-busy:
		case <-limit:
			b.t.Fatal("requests are not answered")
		}
	}
}
