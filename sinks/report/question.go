package report

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mailfate/schemas"
)

// The reports that are tables.
const (
	Overview     = "overview"
	Open         = "open"
	Bounce       = "bounce"
	Deferral     = "deferral"
	Complaint    = "complaint"
	DeliveryTime = "delivery-time"
)

// Names are those of the reports that are tables.
var Names = []string{Overview, Open, Bounce, Deferral, Complaint, DeliveryTime}

// MostDimensions is by how many things a report may be broken down at once.
const MostDimensions = 4

// What a report may be broken down by.
var (
	times   = []string{"hour", "day", "week", "month"}
	places  = []string{"provider", "domain", "sender_domain", "campaign", "account"}
	reasons = []string{"reason", "class", "fault"}

	// Dimensions are all of them.
	Dimensions = slices.Concat(times, places, reasons)
)

// Question is what a table of a report is to tell.
type Question struct {
	Name       string              // one of Names
	By         []string            // some of Dimensions
	From, To   time.Time           // hours of the messages' earliest events, To left out; zero: all
	Account    string              // "": all
	Vocabulary *schemas.Vocabulary // an overview by its statuses; nil: by rates
	Compare    bool                // also tell of the period of equal length before
	Limit      int                 // rows

	months bool // compared by month, though not by now
}

// Check says what is wrong with a question.
func (q *Question) Check() error {
	if !slices.Contains(Names, q.Name) {
		return fmt.Errorf("there is no report %q; want one of %s", q.Name, strings.Join(Names, ", "))
	}
	if len(q.By) > MostDimensions {
		return fmt.Errorf("a report is broken down by %d things at most, not %d", MostDimensions, len(q.By))
	}
	for i, by := range q.By {
		switch {
		case !slices.Contains(Dimensions, by):
			return fmt.Errorf("nothing is broken down by %q; want some of %s", by, strings.Join(Dimensions, ", "))
		case slices.Contains(q.By[:i], by):
			return fmt.Errorf("%s is named twice", by)
		case slices.Contains(reasons, by) && !q.reasonsKnown(by):
			return fmt.Errorf("report %s is not broken down by %s; bounce is, and deferral by reason and fault", q.Name, by)
		case by == "provider" && q.OfReasons():
			return errors.New("reasons of deferral are not broken down by provider; use domain")
		}
	}
	if !q.From.IsZero() && !q.To.IsZero() && !q.From.Before(q.To) {
		return errors.New("the period ends before it begins (from, to)")
	}
	for _, t := range []time.Time{q.From, q.To} {
		if !t.Equal(t.Truncate(time.Hour)) {
			return errors.New("a report is of whole hours: begin and end it with one")
		}
	}
	if q.Compare {
		if err := q.checkCompare(); err != nil {
			return err
		}
	}
	if q.Vocabulary != nil && q.Name != Overview {
		return fmt.Errorf("only the overview has a vocabulary, and %s counts what happened, whatever it is called", q.Name)
	}
	return nil
}

func (q *Question) reasonsKnown(by string) bool {
	return q.Name == Bounce || q.Name == Deferral && by != "class"
}

// OfReasons reports whether reasons of deferral are asked for, which are not counted
// by the hour.
func (q *Question) OfReasons() bool { return q.Name == Deferral && q.byReason() }

// OfBounces reports whether only what bounced is asked for.
func (q *Question) OfBounces() bool { return q.Name == Bounce && q.byReason() }

func (q *Question) byReason() bool { return slices.ContainsFunc(q.By, IsReason) }

// IsReason reports whether a dimension tells why something failed.
func IsReason(by string) bool { return slices.Contains(reasons, by) }
