package report

import "strings"

// Kind is what the values of a column are.
type Kind string

// The kinds.
const (
	KindWord         Kind = "word"
	KindCount        Kind = "count"
	KindRatio        Kind = "ratio"
	KindMilliseconds Kind = "milliseconds"
)

// Column says what stands in a table's column.
type Column struct {
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
	Of   string `json:"of,omitempty"` // a ratio's parts: numerator ÷ denominator, columns of the same table
}

// before ends the name of a column that tells of the period before.
const before = "_before"

// ratios are the columns that are one.
var ratios = map[string]string{
	"bounce_rate":              "bounced ÷ ended",
	"open_rate":                "opened ÷ open_tracked",
	"open_rate_with_machines":  "opened_with_machines ÷ open_tracked",
	"click_rate":               "clicked ÷ click_tracked",
	"click_rate_with_machines": "clicked_with_machines ÷ click_tracked",
	"complaint_rate":           "complained ÷ delivered",
	"unsubscribe_rate":         "unsubscribed ÷ delivered",
	"deferral_rate":            "deferred ÷ messages",
	"arrival_rate":             "deferred_arrived ÷ deferred",
	"share":                    "messages ÷ messages of all statuses",
}

// About says what stands in each column.
func (t *Table) About() []Column {
	all := make([]Column, 0, len(t.Columns))
	for i, name := range t.Columns {
		c := Column{Name: name, Kind: KindWord}
		if i >= t.Words {
			c.Kind, c.Of = number(name)
		}
		all = append(all, c)
	}
	return all
}

// number tells the kind of a column that is no word, by its name.
func number(name string) (Kind, string) {
	of, then := strings.CutSuffix(name, before)
	if ratio, ok := ratios[of]; ok {
		if then {
			ratio = strings.ReplaceAll(ratio, " ÷ ", before+" ÷ ") + before
			if of == "share" {
				ratio = ratios[of] + ", before"
			}
		}
		return KindRatio, ratio
	}
	if strings.HasSuffix(of, "_ms") {
		return KindMilliseconds, ""
	}
	return KindCount, ""
}
