package pagestest

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

const (
	wide, tall   = 1280, 900
	narrow, long = 360, 740 // a small phone

	// patience is how long anything may take to be seen.
	patience = time.Minute
)

// tab is a page that a reader has open, in a profile that knows nothing of others'.
type tab struct {
	t       *testing.T
	ctx     context.Context
	address string
	watch   *watch
}

// open looks at a path of the site, as somebody who never was there.
func (s *site) open(t *testing.T, path string) *tab {
	t.Helper()
	b := s.blank(t)
	b.visit(path)
	return b
}

// blank opens a window with nothing in it, in a profile of its own.
func (s *site) blank(t *testing.T) *tab {
	t.Helper()
	b := &tab{t: t, address: s.address, watch: &watch{host: strings.TrimPrefix(s.address, "http://")}}
	ctx, end := chromedp.NewContext(s.browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.watch.see))
	b.ctx = ctx
	t.Cleanup(func() {
		if t.Failed() {
			b.shot("failed")
		}
		end()
		for _, fault := range b.watch.found() {
			t.Errorf("the browser tells: %s", fault)
		}
	})
	if err := chromedp.Do(ctx); err != nil { // the tab lives as long as the context that opens it
		t.Fatalf("open a tab: %v", err)
	}
	b.do("look at it", b.size(wide, tall), b.scheme("light"))
	return b
}

// visit goes to a path by the address bar.
func (b *tab) visit(path string) {
	b.t.Helper()
	b.do("visit "+path, chromedp.Navigate(b.address+path))
	b.settle()
}

// do does what cannot take long.
func (b *tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

// ask evaluates a JavaScript expression, which may be a promise.
func ask[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("evaluate %.200s: %v", expression, err)
	}
	return v
}

// until waits for a JavaScript expression to become true.
func (b *tab) until(what, expression string) {
	b.t.Helper()
	_, err := chromedp.Run(b.ctx, chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingTimeout(patience), chromedp.WithPollingInterval(20*time.Millisecond)))
	if err != nil {
		b.t.Fatalf("wait until %s: %v\n%s\n%.2000s", what, err, expression, b.text("body"))
	}
}

// text is what can be read in an element.
func (b *tab) text(selector string) string {
	b.t.Helper()
	return ask[string](b, "document.querySelector("+quote(selector)+")?.innerText ?? ''")
}

// texts is what can be read in each of the elements.
func (b *tab) texts(selector string) []string {
	b.t.Helper()
	return ask[[]string](b, "[...document.querySelectorAll("+quote(selector)+")].map(e => e.innerText)")
}

func (b *tab) click(selector string) {
	b.t.Helper()
	b.do("click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// write replaces what is in a field by what somebody types.
func (b *tab) write(selector, text string) {
	b.t.Helper()
	b.do("type into "+selector, chromedp.Focus(chromedp.CSS(selector)), evaluate("document.activeElement.select()"))
	if text == "" {
		text = "\b"
	}
	b.do("type into "+selector, chromedp.KeyEvent(text))
}

// location is the path and the state in the address bar.
func (b *tab) location() *url.URL {
	b.t.Helper()
	u, err := url.Parse(ask[string](b, "location.href"))
	if err != nil {
		b.t.Fatal(err)
	}
	return u
}

func (b *tab) size(width, height int64) chromedp.Action[chromedp.Void] {
	return command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width == narrow})
}

func (b *tab) scheme(light string) chromedp.Action[chromedp.Void] {
	return command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: light}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
}

func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// shot keeps a picture of the whole page.
func (b *tab) shot(name string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	beyond := true
	r, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: &beyond})
	if err = errors.Join(err, keep(b.t, name+".png", r.Data)); err != nil {
		b.t.Errorf("picture of the page: %v", err)
	}
}

func evaluate(expression string) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](expression)
}
