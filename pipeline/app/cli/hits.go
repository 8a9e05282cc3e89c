package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"

	"mailfate/pipeline/classify"
	"mailfate/schemas"
	"mailfate/sinks/terminal"
)

// hitLine is a hit as a JSON object.
type hitLine struct {
	Kind    string `json:"kind"`
	Agent   string `json:"agent"`
	Command string `json:"command"`
	Client  string `json:"client"`
	URL     string `json:"url"`
	// After is how many seconds after the delivery it was; nil: it is not known.
	After  *float64 `json:"seconds_after_delivery"`
	Opened bool     `json:"opened"` // somebody had opened before
	Links  int      `json:"links"`  // so many links did this client follow at once
}

// fetcherLine is what is printed of a hit.
type fetcherLine struct {
	Machine bool   `json:"machine"`
	Rule    string `json:"rule"`
	Means   string `json:"means,omitempty"`
	Error   string `json:"error,omitempty"`
}

// told is what a line tells around its hit.
type told struct{ *hitLine }

// DeliveredWithin implements classify.Around.
func (t told) DeliveredWithin(seconds int64) bool {
	return t.After != nil && max(*t.After, -*t.After) < float64(seconds+1)
}

// Unopened implements classify.Around.
func (t told) Unopened() bool { return !t.Opened }

// Links implements classify.Around.
func (t told) Links(enough int, _ int64) int { return min(enough, t.hitLine.Links) }

// Followed implements classify.Around.
func (t told) Followed(texts []string) bool { return classify.HoldsAny(t.URL, texts) }

// judgeHit says who fetched. Every line has a verdict.
func judgeHit(m *classify.Machines, line []byte, cut bool) (v fetcherLine) {
	l := hitLine{Kind: schemas.Opened.String(), Command: "GET"}
	if err := json.Unmarshal(bytes.TrimSpace(line), &l); err != nil {
		v.Error = "no object of a hit: " + err.Error()
	}
	if cut {
		v.Error = fmt.Sprintf("the line is longer than %d bytes", maxReplyLine)
	}
	k, ok := schemas.ParseKind(l.Kind)
	if v.Error == "" && (!ok || k < schemas.Opened || k > schemas.Unsubscribed) {
		v.Error = "kind is none of a hit: want opened, read, clicked or unsubscribed"
	}
	if v.Error != "" {
		return v
	}
	h := classify.Hit{Kind: k, Request: l.Command, URL: l.URL, Nets: m.Nets(l.Client)}
	by := m.Judge(m.Agent(l.Agent), &h, told{&l})
	return fetcherLine{Machine: by.Machine(), Rule: by.Rule(), Means: by.Means()}
}

// printLine prints a value as one line of JSON.
func printLine(w *bufio.Writer, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("print verdict: %w", err)
	}
	if _, err = w.Write(append(terminal.JSON(b), '\n')); err != nil {
		return fmt.Errorf("print verdict: %w", err)
	}
	return nil
}
