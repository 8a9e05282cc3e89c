package pagestest

import (
	"encoding/json"
	"fmt"
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

// judge keeps all that axe finds, and tells what of it is serious. axe is brought in by
// the browser's debugger, so that the page's policy stays as it is.
func (b *tab) judge(look string) (serious []string) {
	b.t.Helper()
	program, err := axe()
	if err != nil {
		b.t.Fatalf("axe-core, which make chromium installs: %v", err)
	}
	const run = `;axe.run(document, {resultTypes: ['violations', 'incomplete']}).then(r => ({url: r.url, violations: r.violations, incomplete: r.incomplete, passes: r.passes.map(p => p.id)}))`
	if ask[bool](b, "!!globalThis.axe") {
		program = ""
	}
	report := ask[[]byte](b, program+run)
	if err := keep(b.t, look+"-axe.json", report); err != nil {
		b.t.Error(err)
	}
	var found struct{ Violations []finding }
	if err := json.Unmarshal(report, &found); err != nil {
		b.t.Fatal(err)
	}
	for _, f := range found.Violations {
		for _, n := range f.Nodes {
			text := fmt.Sprintf("%s: %s (%s)\n%.300s\n%s", f.Impact, f.Help, f.ID, n.HTML, n.FailureSummary)
			if f.Impact == "serious" || f.Impact == "critical" {
				serious = append(serious, text)
			} else {
				b.t.Logf("%s: %s", look, text)
			}
		}
	}
	return serious
}
