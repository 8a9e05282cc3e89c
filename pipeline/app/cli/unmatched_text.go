package cli

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"mailfate/schemas"
	"mailfate/sinks/clickhouse"
	"mailfate/sinks/terminal"
)

// shown is somebody else's text in a table.
func shown(s string) string { return terminal.Visible(inBrief(s)) }

func utc(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// writeUnmatched prints a table. All texts in it are somebody else's.
func writeUnmatched(w io.Writer, list []clickhouse.Unmatched, total uint64) error {
	if total == 0 {
		return printedUnmatched(fmt.Fprintln(w, "nothing is unmatched"))
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tTIME\tKIND\tSOURCE\tMATCH\tMESSAGE ID\tRECIPIENT\tATTACHED TO")
	for i := range list {
		u := &list[i]
		fmt.Fprintf(table, "%v\t%s\t%v\t%v\t%s\t%s\t%s\t%s\n", u.ID, utc(u.Time).Format(letterTime), u.Kind, u.Source,
			shown(u.By), shown(u.MessageID), shown(u.Recipient), shown(u.Judged.MessageID))
	}
	if err := table.Flush(); err != nil {
		return printedUnmatched(err)
	}
	if n := uint64(len(list)); n < total {
		return printedUnmatched(fmt.Fprintf(w, "the newest %d of %d\n", n, total))
	}
	return nil
}

// printedUnmatched wraps the error of printing, the last of what it is given.
func printedUnmatched(results ...any) error {
	if err, _ := results[len(results)-1].(error); err != nil {
		return fmt.Errorf("print what is unmatched: %w", err)
	}
	return nil
}

func writeOneUnmatched(w io.Writer, u *clickhouse.Unmatched, candidates []clickhouse.Candidate) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, field := range unmatchedFields(u) {
		if field[1] != "" && field[1] != "0" {
			fmt.Fprintf(table, "%s\t%s\n", field[0], terminal.Visible(field[1]))
		}
	}
	if err := table.Flush(); err != nil {
		return printedUnmatched(err)
	}
	if !u.InTrail {
		fmt.Fprintln(w, "The trail (table events) does not have it any more: where it was read is not known.")
	}
	if len(candidates) == 0 {
		return printedUnmatched(fmt.Fprintln(w, "\nno candidates"))
	}
	fmt.Fprintln(w, "\nMessages that may be meant, the likeliest first:")
	fmt.Fprintln(table, "MESSAGE ID\tRECIPIENT\tACCOUNT\tSTATUS\tHANDED OVER\tREASON")
	for i := range candidates {
		c := &candidates[i]
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", terminal.Visible(c.MessageID), terminal.Visible(c.Recipient), shown(c.Account),
			shown(c.Status), c.HandedAt.UTC().Format(letterTime), shown(c.Reason))
	}
	return printedUnmatched(table.Flush())
}

// unmatchedFields are what is known of one, as show prints it.
func unmatchedFields(u *clickhouse.Unmatched) [][2]string {
	where := ""
	if u.File != "" {
		where = fmt.Sprintf("%s:%d", u.File, u.Offset)
	}
	return [][2]string{
		{"id", u.ID.String()},
		{"time", utc(u.Time).Format(letterTime)},
		{"kind", u.Kind.String()},
		{"reason", reasonName(u.Reason)},
		{"message id", u.MessageID},
		{"recipient", u.Recipient},
		{"account", cmp.Or(u.Account, schemas.DefaultAccount)},
		{"matched by", u.By},
		{"confidence", u.Sure},
		{"of this kind", fmt.Sprint(u.Events)},
		{"sender", u.Sender},
		{"subject", u.Subject},
		{"campaign", u.Campaign},
		{"tags", strings.Join(u.Tags, ", ")},
		{"email id", u.EmailID},
		{"size", strconv.FormatInt(u.Size, 10)},
		{"code", strconv.Itoa(int(u.Code))},
		{"enhanced", u.Enhanced},
		{"command", u.Command},
		{"said", u.Reply},
		{"relay", u.Relay},
		{"queue id", u.QueueID},
		{"url", u.URL},
		{"client", u.UserAgent},
		{"ip", u.IP},
		{"source", u.Source.String()},
		{"stream", u.Stream},
		{"host", u.Host},
		{"read at", where},
		{"attached to", strings.TrimSpace(u.Judged.MessageID + " " + u.Judged.Recipient)},
	}
}

func reasonName(r schemas.Reason) string {
	if r == schemas.ReasonNone {
		return ""
	}
	return r.String()
}

func writeAttached(w io.Writer, id schemas.EventID, ev *schemas.Event) error {
	return printedUnmatched(fmt.Fprintf(w, "%v is attached to %s, %s, as %v\n", id,
		terminal.Visible(ev.MessageID), terminal.Visible(ev.Recipient), ev.ID))
}

// unmatchedJSON is one as --json prints it; a list leaves out what only the trail has.
type unmatchedJSON struct {
	ID         string                 `json:"id"`
	Time       time.Time              `json:"time"`
	Kind       string                 `json:"kind"`
	Reason     string                 `json:"reason,omitempty"`
	Account    string                 `json:"account"`
	MessageID  string                 `json:"message_id"`
	Recipient  string                 `json:"recipient"`
	Match      string                 `json:"match,omitempty"`
	Confidence string                 `json:"confidence,omitempty"`
	Events     uint32                 `json:"events"`
	Sender     string                 `json:"sender,omitempty"`
	Subject    string                 `json:"subject,omitempty"`
	Campaign   string                 `json:"campaign,omitempty"`
	Tags       []string               `json:"tags,omitempty"`
	EmailID    string                 `json:"email_id,omitempty"`
	Size       int64                  `json:"size,omitempty"`
	Code       uint16                 `json:"code,omitempty"`
	Enhanced   string                 `json:"enhanced,omitempty"`
	Command    string                 `json:"command,omitempty"`
	Said       string                 `json:"said,omitempty"`
	Relay      string                 `json:"relay,omitempty"`
	QueueID    string                 `json:"queue_id,omitempty"`
	URL        string                 `json:"url,omitempty"`
	UserAgent  string                 `json:"user_agent,omitempty"`
	IP         string                 `json:"ip,omitempty"`
	Source     string                 `json:"source"`
	Stream     string                 `json:"stream,omitempty"`
	Host       string                 `json:"host,omitempty"`
	File       string                 `json:"file,omitempty"`
	Offset     *int64                 `json:"offset,omitempty"`
	AttachedTo *attachedJSON          `json:"attached_to,omitempty"`
	Candidates []clickhouse.Candidate `json:"candidates,omitzero"`
}

type attachedJSON struct {
	MessageID string `json:"message_id"`
	Recipient string `json:"recipient"`
}

func newUnmatchedJSON(u *clickhouse.Unmatched, candidates []clickhouse.Candidate) unmatchedJSON {
	j := unmatchedJSON{
		ID: u.ID.String(), Time: utc(u.Time), Kind: u.Kind.String(), Reason: reasonName(u.Reason),
		Account: cmp.Or(u.Account, schemas.DefaultAccount), MessageID: u.MessageID, Recipient: u.Recipient,
		Match: u.By, Confidence: u.Sure, Events: u.Events, Sender: u.Sender, Subject: u.Subject, Campaign: u.Campaign, Tags: u.Tags,
		EmailID: u.EmailID, Size: u.Size, Code: u.Code, Enhanced: u.Enhanced, Command: u.Command, Said: u.Reply, Relay: u.Relay,
		QueueID: u.QueueID, URL: u.URL, UserAgent: u.UserAgent, IP: u.IP, Source: u.Source.String(), Stream: u.Stream, Host: u.Host,
		File: u.File, Candidates: candidates,
	}
	if u.File != "" {
		j.Offset = &u.Offset
	}
	if u.Judged.MessageID != "" {
		j.AttachedTo = &attachedJSON{u.Judged.MessageID, u.Judged.Recipient}
	}
	return j
}

func writeUnmatchedJSON(w io.Writer, list []clickhouse.Unmatched) error {
	all := make([]unmatchedJSON, len(list))
	for i := range list {
		all[i] = newUnmatchedJSON(&list[i], nil)
	}
	return printedUnmatched(printJSON(w, all))
}
