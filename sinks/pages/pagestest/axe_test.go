package pagestest

import (
	"encoding/json"
	"os"
	"sync"
)

// axe is axe-core, as npm installs it.
var axe = sync.OnceValues(func() (string, error) {
	b, err := os.ReadFile("npm/node_modules/axe-core/axe.min.js")
	return string(b), err
})

// finding is a rule of axe's that a page does not keep.
type finding struct {
	ID, Impact, Help string
	Nodes            []struct {
		HTML           string `json:"html"`
		FailureSummary string `json:"failureSummary"`
	}
}

// accessible fails on what axe finds to be serious, and keeps all that it finds. It is
// brought in by the browser's debugger, so that the page's policy stays as it is.
func (b *tab) accessible(look string) {
	b.t.Helper()
	program, err := axe()
	if err != nil {
		b.t.Fatalf("axe-core, which make chromium installs: %v", err)
	}
	report := ask[[]byte](b, program+`;axe.run(document, {resultTypes: ['violations', 'incomplete']}).then(r => ({url: r.url, violations: r.violations, incomplete: r.incomplete, passes: r.passes.map(p => p.id)}))`)
	if err := keep(b.t, look+"-axe.json", report); err != nil {
		b.t.Error(err)
	}
	var found struct{ Violations []finding }
	if err := json.Unmarshal(report, &found); err != nil {
		b.t.Fatal(err)
	}
	for _, f := range found.Violations {
		for _, n := range f.Nodes {
			complain := b.t.Errorf
			if f.Impact != "serious" && f.Impact != "critical" {
				complain = b.t.Logf
			}
			complain("%s: %s: %s (%s)\n%.300s\n%s", look, f.Impact, f.Help, f.ID, n.HTML, n.FailureSummary)
		}
	}
}
