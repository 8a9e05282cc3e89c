package pagestest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// watch notes what no page may do, whichever test looks at it.
type watch struct {
	host   string
	secret string // what must be in no address

	mu      sync.Mutex
	faults  []string
	allowed []string                   // how faults may begin
	asked   map[network.RequestID]bool // what is not answered yet
	idle    chan struct{}              // closed when nothing is; nil: nothing is
}

// see takes an event of the tab.
func (w *watch) see(event any) {
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning || e.Type == runtime.ConsoleAPICalledTypeAssert {
			w.fault("console.%s: %s", e.Type, said(e.Args))
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		w.fault("exception: %s", text)
	case *log.EventEntryAdded: // violated policies are among them
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			w.fault("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		w.request(e.RequestID, e.Request.URL)
	case *network.EventLoadingFinished:
		w.answered(e.RequestID)
	case *network.EventLoadingFailed:
		w.answered(e.RequestID)
	case *network.EventWebSocketCreated:
		w.fault("web socket to %s", e.URL)
	case *page.EventJavascriptDialogOpening:
		w.fault("dialog: %s", e.Message)
	}
}

func (w *watch) request(id network.RequestID, address string) {
	u, err := url.Parse(address)
	if w.secret != "" && strings.Contains(address, w.secret) {
		w.fault("the key is in an address: %s", address)
	}
	switch {
	case err == nil && u.Scheme == "http" && u.Host == w.host:
		if !strings.HasSuffix(u.Path, "/live") { // which has no end
			w.begun(id)
		}
	case err == nil && (u.Scheme == "data" || u.Scheme == "blob"):
	default:
		w.fault("request of %s", address)
	}
}

func (w *watch) begun(id network.RequestID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.asked) == 0 {
		w.asked, w.idle = map[network.RequestID]bool{}, make(chan struct{})
	}
	w.asked[id] = true
}

func (w *watch) answered(id network.RequestID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.asked[id] {
		return
	}
	if delete(w.asked, id); len(w.asked) == 0 {
		close(w.idle)
		w.idle = nil
	}
}

// busy is closed when all is answered; nil: it is.
func (w *watch) busy() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.idle
}

func said(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args {
		words = append(words, strings.Trim(string(a.Value), `"`)+a.Description)
	}
	return strings.Join(words, " ")
}

func (w *watch) fault(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults = append(w.faults, fmt.Sprintf(format, args...))
}

// allow lets a refusal of the API's pass: a browser tells of it in the console, whoever
// handles it.
func (w *watch) allow(status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.allowed = append(w.allowed, fmt.Sprintf("network: Failed to load resource: the server responded with a status of %d (%s) http://%s/api/", status, http.StatusText(status), w.host))
}

// found is what was seen that is not allowed, since it was asked last.
func (w *watch) found() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	faults := slices.DeleteFunc(w.faults, func(fault string) bool {
		return slices.ContainsFunc(w.allowed, func(refusal string) bool { return strings.HasPrefix(fault, refusal) })
	})
	w.faults = nil
	return faults
}
