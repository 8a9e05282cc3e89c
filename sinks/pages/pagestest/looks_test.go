package pagestest

import (
	"strings"
	"testing"
)

// looks are how a page is looked at.
var looks = []struct {
	name   string
	scheme string
	phone  bool
}{
	{"light", "light", false},
	{"dark", "dark", false},
	{"phone", "light", true},
}

// paths are all pages, with something on them.
var paths = []string{
	"/", "/feed?status=complained", "/message?id=em_002300", "/recipient?address=kofi.costa27@corp.example", "/bounces", "/suppressions?reason=complained", "/health",
}

// looks looks at every page in every way: it fits, everybody can use it, and a picture
// is kept.
func (s *site) looks(t *testing.T) {
	for _, path := range paths {
		t.Run(name(path), func(t *testing.T) {
			b := s.open(t, path)
			for _, l := range looks {
				width, height := int64(wide), int64(tall)
				if l.phone {
					width, height = narrow, long
				}
				b.do("look at it", b.size(width, height), b.scheme(l.scheme))
				b.until("it is "+l.scheme, "document.documentElement.dataset.theme === "+quote(l.scheme))
				b.settle()
				b.fits(l.name)
				for _, e := range ask[[]string](b, stretched) {
					t.Errorf("%s: a field is stretched: %s", l.name, e)
				}
				for _, f := range b.judge(l.name) {
					t.Errorf("%s: %s", l.name, f)
				}
				b.shot(l.name)
			}
		})
	}
}

// name is that of a page, of its path.
func name(path string) string {
	path, _, _ = strings.Cut(strings.Trim(path, "/"), "?")
	if path == "" || path[0] == '?' {
		return "overview"
	}
	return path
}

// fits checks that the page does not scroll sideways, and names what sticks out.
func (b *tab) fits(look string) {
	b.t.Helper()
	for _, e := range ask[[]string](b, drawn+".then(() => "+wider+")") {
		b.t.Errorf("%s: the page is wider than its window: %s", look, e)
	}
}

// stretched are fields that are higher than any text in them.
const stretched = `[...document.querySelectorAll('input, select, main button')].filter(e => e.offsetHeight > 90).map(e => e.outerHTML.slice(0, 120))`

// drawn is fulfilled when what follows a change of size was drawn, too.
const drawn = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"

// wider tells of a page that scrolls sideways which elements are to blame.
const wider = `(() => {
	const width = document.documentElement.clientWidth
	if (document.documentElement.scrollWidth <= width) return []
	// What is placed by coordinates is not held by what scrolls between it and its place.
	const holder = e => getComputedStyle(e).position === 'absolute' ? e.offsetParent : e.parentElement
	const held = e => { const h = holder(e); return !!h && (h !== document.body && getComputedStyle(h).overflowX !== 'visible' || held(h)) }
	const out = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > width + 1 && !held(e))
	return ['scrolls ' + document.documentElement.scrollWidth + ' of ' + width].concat(out.slice(0, 2).map(e => e.outerHTML.slice(0, 120)))
})()`
