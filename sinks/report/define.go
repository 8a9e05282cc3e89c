package report

import "strings"

// titles are what reports are called where there is room for it.
var titles = map[string]string{
	Overview:     "Overview",
	Open:         "Opens and clicks",
	Bounce:       "Bounces",
	Deferral:     "Deferrals",
	Complaint:    "Complaints and unsubscribes",
	DeliveryTime: "Delivery time",
}

// definitions say what columns count, where their names alone leave room for doubt.
var definitions = map[string]string{
	"messages":                 "messages, each recipient's counted for itself, by the hour of their earliest event",
	"delivered":                "the recipient's server accepted it; one that came back later was delivered too",
	"ended":                    "delivered, bounced or expired",
	"bounced":                  "bounced for good, those that came back after they were accepted too",
	"hard":                     "bounced, and writing again is of no use",
	"soft":                     "bounced, and writing again may be of use",
	"returned":                 "bounced after the recipient's server had accepted it",
	"open_tracked":             "delivered by accounts that track opens",
	"opened":                   "opened by a person; who opens twice is counted once",
	"opened_with_machines":     "opened by a person or by a machine (a proxy or a scanner)",
	"click_tracked":            "delivered by accounts that track clicks",
	"clicked":                  "a link was followed by a person, an unsubscribe link aside",
	"clicked_with_machines":    "a link was followed by a person or by a machine",
	"complained":               "the recipient called it spam",
	"unsubscribed":             "the recipient unsubscribed by link, by one click or by report",
	"expired":                  "given up after attempts for days",
	"deferred":                 "put off by the recipient's server at least once",
	"deferrals":                "attempts that were put off",
	"deferred_arrived":         "put off, and delivered in the end",
	"median_ms":                "half of the delivered messages took that long at most, from their earliest event",
	"p90_ms":                   "90 % of them took that long at most",
	"p99_ms":                   "99 % of them took that long at most",
	"open_rate_with_machines":  "what machines opened is counted too",
	"click_rate_with_machines": "what machines clicked is counted too",
}

// wholes are what rates are of, as a figure's small print says it.
var wholes = map[string]string{
	"ended":         "delivered, bounced or expired",
	"open_tracked":  "delivered with open tracking",
	"click_tracked": "delivered with click tracking",
	"deferred":      "put off",
}

// words is a column's name for people.
func words(column string) string {
	return strings.ReplaceAll(strings.ReplaceAll(column, "_ms", "_time"), "_", " ")
}

// panel is a chart of columns of one kind.
type panel struct {
	title   string
	columns []string
}

// drawing is how a report is drawn: lines over time have several columns in a chart,
// bars one.
type drawing struct {
	lines []panel
	bars  []string
}

var drawings = map[string]drawing{
	Overview: {
		[]panel{{"Messages", []string{"messages", "delivered", "opened", "clicked", "bounced"}}, {"Rates", []string{"open_rate", "click_rate", "bounce_rate"}}},
		[]string{"messages", "open_rate", "bounce_rate", "click_rate"},
	},
	Open: {
		[]panel{{"Opens and clicks", []string{"delivered", "opened", "clicked"}}, {"Rates, with and without machines", []string{"open_rate", "open_rate_with_machines", "click_rate", "click_rate_with_machines"}}},
		[]string{"open_rate", "open_rate_with_machines", "click_rate", "click_rate_with_machines"},
	},
	Bounce: {
		[]panel{{"Bounces", []string{"bounced", "hard", "soft"}}, {"Bounce rate", []string{"bounce_rate"}}},
		[]string{"bounced", "bounce_rate"},
	},
	Deferral: {
		[]panel{{"Deferrals", []string{"deferred", "deferred_arrived", "expired"}}, {"Rates", []string{"deferral_rate", "arrival_rate"}}},
		[]string{"deferred", "deferral_rate"},
	},
	Complaint: {
		[]panel{{"Complaints and unsubscribes", []string{"complained", "unsubscribed"}}, {"Rates", []string{"complaint_rate", "unsubscribe_rate"}}},
		[]string{"complaint_rate", "unsubscribe_rate"},
	},
	DeliveryTime: {
		[]panel{{"Time to deliver", []string{"median_ms", "p90_ms", "p99_ms"}}, {"Delivered messages", []string{"messages"}}},
		[]string{"median_ms", "p90_ms"},
	},
}

// statusDrawing is that of an overview by the statuses of a vocabulary.
var statusDrawing = drawing{[]panel{{"Share", []string{"share"}}, {"Messages", []string{"messages"}}}, []string{"messages", "share"}}

func (t *Table) drawing() drawing {
	if t.Question.Vocabulary != nil {
		return statusDrawing
	}
	d := drawings[t.Question.Name]
	if t.Question.byReason() {
		d.bars = d.bars[:1] // all rates are of the same
	}
	return d
}
