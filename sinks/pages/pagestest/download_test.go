package pagestest

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
)

// downloads lets files be saved, each under a name that is no other's, and tells of those
// that are whole.
func (b *tab) downloads() (dir string, saved <-chan string) {
	b.t.Helper()
	dir, events := b.t.TempDir(), true
	names := make(chan string, 1)
	err := chromedp.ListenBrowser(b.ctx, func(event any) {
		if e, ok := event.(*browser.EventDownloadProgress); ok && e.State != browser.DownloadProgressStateInProgress {
			names <- e.GUID
		}
	})
	if err == nil {
		_, err = chromedp.CallBrowser(b.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
			Behavior: browser.SetDownloadBehaviorBehaviorAllowAndName, DownloadPath: dir, EventsEnabled: &events,
			BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID,
		})
	}
	if err != nil {
		b.t.Fatalf("let files be saved: %v", err)
	}
	return dir, names
}

// download saves what is looked at in every format: to the byte what the API tells.
func (s *site) download(t *testing.T, key string) {
	const query = "reason=user_unknown"
	b := s.blank(t)
	b.visit("/feed?" + query)
	if key != "" {
		b.secret(key)
		b.signIn(key)
		b.until("the key is taken", "!document.querySelector("+quote(signInForm)+")")
		b.settle()
	}
	dir, saved := b.downloads()
	b.click("main [data-part=download] summary")
	for label, format := range map[string]string{"CSV": "format=csv", "CSV for Excel": "format=csv&bom=true", "NDJSON": "format=ndjson", "Parquet": "format=parquet"} {
		b.click("main form[data-format=" + quote(label) + "] button")
		var name string
		select {
		case name = <-saved:
		case <-time.After(patience):
			t.Fatalf("%s is not saved", format)
		}
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		want := s.get(t, "/api/v1/feed/download?"+query+"&"+format, key)
		if !bytes.Equal(got, want) || len(want) < 1000 {
			t.Errorf("%s saves %d bytes, %.200q, and the API tells %d", format, len(got), got, len(want))
		}
	}
}
