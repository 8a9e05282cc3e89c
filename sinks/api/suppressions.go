package api

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"mailfate/sinks/report"
)

// SuppressionFilter says which suppressed addresses are wanted.
type SuppressionFilter struct {
	Owner     Owner
	Recipient Term
	Reason    string // one of SuppressionReasons; "": any
}

// SuppressionReasons are why addresses are suppressed.
var SuppressionReasons = []string{"complained", "unsubscribed", "hard_bounced"}

// Address is where a suppressed address stands in their list.
type Address struct {
	Account   string
	Recipient string
}

// Suppression is an address that an account should write to no more, with the first
// evidence of it.
type Suppression struct {
	Account   string   `json:"account"`
	Recipient string   `json:"recipient"`
	Reason    string   `json:"reason"`
	Since     Instant  `json:"since"`
	Detail    string   `json:"detail"` // of a bounce: its reason
	MessageID string   `json:"message_id"`
	Remarks   string   `json:"remarks"`
	Reasons   []string `json:"reasons"` // all that happened
	Times     uint64   `json:"times"`
}

// suppressionColumns are the names of the columns of a file, and cells its values.
var suppressionColumns = []string{"account", "recipient", "reason", "since", "detail", "message_id", "remarks", "reasons", "times"}

func (s *Suppression) cells() []string {
	since, _ := s.Since.MarshalText() // never fails
	return []string{
		report.Harmless(s.Account), report.Harmless(s.Recipient), s.Reason, string(since), s.Detail, report.Harmless(s.MessageID), report.Harmless(s.Remarks), strings.Join(s.Reasons, " "), strconv.FormatUint(s.Times, 10),
	}
}

type suppressionPage struct {
	Suppressions []Suppression `json:"suppressions"`
	Next         string        `json:"next,omitempty"`
}

// exportPage is how many suppressed addresses of a file are asked for at once.
const exportPage = 20_000

// suppressions answers GET /suppressions.
func (s *Server) suppressions(w http.ResponseWriter, r *http.Request, who caller) error {
	f, err := suppressionFilter(r, who)
	if err != nil {
		return err
	}
	n, err := limit(r)
	if err != nil {
		return err
	}
	after, err := parseAddress(r.Form.Get("cursor"))
	if err != nil {
		return err
	}
	as, err := oneOf(r, "format", "json", "csv")
	switch {
	case err != nil:
		return err
	case as == "csv":
		return s.suppressionFile(w, r, who, &f, after)
	}
	ctx, cancel := context.WithTimeout(r.Context(), answerTime)
	defer cancel()
	list, err := s.store.Suppressions(ctx, &f, after, n+1)
	if err != nil {
		return err
	}
	page := suppressionPage{Suppressions: list}
	if len(list) > n {
		page.Suppressions = list[:n]
		page.Next = list[n-1].address().cursor()
	}
	if page.Suppressions == nil {
		page.Suppressions = []Suppression{}
	}
	write(w, http.StatusOK, &page)
	return nil
}

func suppressionFilter(r *http.Request, who caller) (f SuppressionFilter, err error) {
	if err := checkNames(r.Form, nil, "recipient", "reason", "account", "limit", "cursor", "format"); err != nil {
		return f, err
	}
	if f.Owner, err = who.owns(r); err != nil {
		return f, err
	}
	if f.Recipient, err = parseTerm("recipient", r.Form.Get("recipient")); err != nil {
		return f, err
	}
	f.Reason, err = oneOf(r, "reason", append([]string{""}, SuppressionReasons...)...)
	return f, err
}

// suppressionFile answers with all that fit, page by page, so that a list of any size
// is never in memory. What fails on the way is cut off.
func (s *Server) suppressionFile(w http.ResponseWriter, r *http.Request, who caller, f *SuppressionFilter, after *Address) error {
	switch {
	case who.key != nil && !who.key.Scopes.Have(ScopeDownload):
		return outOfScope(ScopeDownload)
	case r.Form.Get("limit") != "":
		return invalid("limit is for pages, and a file has all of the list")
	}
	leave, err := s.seats.take(who, true)
	if err != nil {
		return err
	}
	defer leave()
	list, err := s.store.Suppressions(r.Context(), f, after, exportPage)
	if err != nil {
		return err
	}
	isFile(w, formats["csv"].kind, "suppressions.csv")
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	sent, err := newSender(w, s.patience)
	if err != nil {
		return err
	}
	out := csv.NewWriter(bufio.NewWriterSize(sent, sendBytes))
	_ = out.Write(suppressionColumns) // Error tells
	for {
		if err := writeSuppressions(out, list); err != nil {
			return err
		}
		if len(list) < exportPage {
			return sent.Flush()
		}
		if list, err = s.store.Suppressions(r.Context(), f, list[len(list)-1].address(), exportPage); err != nil {
			return err
		}
	}
}

func writeSuppressions(out *csv.Writer, list []Suppression) error {
	for i := range list {
		_ = out.Write(list[i].cells()) // Error tells
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("send suppressions: %w", err)
	}
	return nil
}

func (s *Suppression) address() *Address { return &Address{s.Account, s.Recipient} }

// A cursor of this list is an address of it, and is taken in its one form. Whose
// addresses are shown is the key's to say, whatever stands there.
func (a *Address) cursor() string {
	b := binary.AppendUvarint([]byte{cursorVersion}, uint64(len(a.Account)))
	return cursorCode.EncodeToString(append(append(b, a.Account...), a.Recipient...))
}

// maxCursor is how long a cursor of this list may be.
const maxCursor = 4096

func parseAddress(cursor string) (*Address, error) {
	if cursor == "" {
		return nil, nil
	}
	b, err := cursorCode.DecodeString(cursor)
	if err == nil && len(cursor) <= maxCursor && len(b) > 1 && b[0] == cursorVersion {
		n, begins := binary.Uvarint(b[1:])
		if rest := b[1+max(begins, 0):]; begins > 0 && n <= uint64(len(rest)) {
			a := &Address{string(rest[:n]), string(rest[n:])}
			if a.cursor() == cursor {
				return a, nil
			}
		}
	}
	return nil, invalid("cursor is not one of this list's")
}
