package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"mailfate/sinks/report"
)

const (
	defaultRows = 1000 // of a report
	maxRows     = 10_000
)

// report answers GET /reports/{name}.
func (s *Server) report(w http.ResponseWriter, r *http.Request, who caller) error {
	q, owner, err := question(r, who)
	if err != nil {
		return err
	}
	as, err := oneOf(r, "format", "json", "csv", "html")
	if err != nil {
		return err
	}
	if as == "html" {
		q.Limit = min(q.Limit, report.HTMLRows)
	}
	ctx, cancel := context.WithTimeout(r.Context(), answerTime)
	defer cancel()
	table, err := s.store.AskOf(ctx, owner, &q)
	if err != nil {
		return err
	}
	switch as {
	case "csv":
		isFile(w, formats["csv"].kind, q.Name+".csv")
		if table.More {
			w.Header().Set("X-More", "true")
		}
		return table.WriteCSV(w)
	case "html":
		all := q.Totals()
		totals, err := s.store.AskOf(ctx, owner, &all)
		if err != nil {
			return err
		}
		isFile(w, "text/html; charset=utf-8", q.Name+".html")
		w.Header().Set("Content-Security-Policy", reportPolicy)
		return table.WriteHTML(w, &totals, s.now())
	}
	write(w, http.StatusOK, &table)
	return nil
}

// reportPolicy lets a report as HTML, whose style is within, do nothing at all.
const reportPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

// isFile says that the answer is a file.
func isFile(w http.ResponseWriter, kind, name string) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
}

// question reads what a request asks of a report, and about whose messages.
func question(r *http.Request, who caller) (q report.Question, owner Owner, err error) {
	if err := checkNames(r.Form, []string{"by"}, "from", "to", "account", "vocabulary", "limit", "compare", "format"); err != nil {
		return q, owner, err
	}
	if q.Name = r.PathValue("name"); !slices.Contains(report.Names, q.Name) {
		text := fmt.Sprintf("there is no report %.40q; there are %s", q.Name, strings.Join(report.Names, ", "))
		return q, owner, &failure{text, "not_found", http.StatusNotFound}
	}
	if owner, err = who.owns(r); err != nil {
		return q, owner, err
	}
	q.Account = owner.Account
	if q.By, err = dimensions(r.Form["by"]); err != nil {
		return q, owner, err
	}
	if q.Vocabulary, err = vocabulary(r, nil); err != nil {
		return q, owner, err
	}
	if q.From, err = instant(r, "from", false); err != nil {
		return q, owner, err
	}
	if q.To, err = instant(r, "to", true); err != nil {
		return q, owner, err
	}
	compare, err := oneOf(r, "compare", "false", "true")
	if err != nil {
		return q, owner, err
	}
	q.Compare = compare == "true"
	if q.Limit, err = number(r, "limit", defaultRows, maxRows); err != nil {
		return q, owner, err
	}
	if err := q.Check(); err != nil {
		return q, owner, invalid(err.Error())
	}
	return q, owner, nil
}

// dimensions reads what a report is broken down by, separated by commas or repeated.
func dimensions(values []string) ([]string, error) {
	var by []string
	for _, name := range strings.Split(strings.Join(values, ","), ",") {
		switch name = strings.TrimSpace(name); {
		case name == "":
		case !slices.Contains(report.Dimensions, name):
			return nil, invalid(fmt.Sprintf("nothing is broken down by %.40q; by is some of %s", name, strings.Join(report.Dimensions, ", ")))
		default:
			by = append(by, name)
		}
	}
	return by, nil
}
