package pagestest

// row is a row of a table: what can be read in it, by column.
type row map[string]string

// whole waits for a table of a page, shows all of its rows, and returns its selector.
func (b *tab) whole(name string) string {
	b.t.Helper()
	table := "[data-table=" + quote(name) + "]"
	b.until("there is a table "+name, "document.querySelector("+quote(table)+")")
	if all := "main .table:has(" + table + ") button.more"; ask[bool](b, usable(all)) {
		b.click(all)
	}
	return table
}

// table reads all rows of a table of a page.
func (b *tab) table(name string) []row {
	b.t.Helper()
	return ask[[]row](b, `(table => {
		const names = [...table.querySelectorAll('thead th')].map(th => th.dataset.column)
		return [...table.querySelectorAll('tbody tr')].map(tr => Object.fromEntries([...tr.cells].map((c, i) => [names[i], c.innerText])))
	})(document.querySelector(`+quote(b.whole(name))+`))`)
}
