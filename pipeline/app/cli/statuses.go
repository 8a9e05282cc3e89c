package cli

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mailfate/schemas"
)

func (e *env) statuses() *cobra.Command {
	var asJSON, graph bool
	var language string
	c := &cobra.Command{
		Use:   "statuses [VOCABULARY]",
		Short: "Print what the statuses of the vocabularies mean",
		Long: "Print the statuses of a vocabulary, or of all: identifier, how its text spells it,\n" +
			"step, whether it is final, outcome and meaning.",
		Example: "  mailfate statuses unisender\n  mailfate statuses --graph tipimail | dot -Tsvg > tipimail.svg",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			chosen, err := vocabularies(optional(args))
			switch {
			case err != nil:
				return err
			case asJSON && graph:
				return usageError{errors.New("--json and --graph are two things to print; choose one")}
			case language != "" && (asJSON || graph):
				return usageError{errors.New("--language is of the table; --json has all languages, --graph none")}
			case language != "" && !slices.Contains(schemas.Languages[:], language):
				return usageError{fmt.Errorf("no labels in %q; there are %s", language, strings.Join(schemas.Languages[:], ", "))}
			case asJSON:
				err = writeStatusesJSON(e.out, chosen)
			case graph:
				_, err = io.WriteString(e.out, schemas.Graph(chosen...))
			default:
				err = writeStatuses(e.out, chosen, language)
				if err == nil && len(chosen) == 1 {
					err = writeGroups(e.out, chosen[0])
				}
			}
			if err != nil {
				return fmt.Errorf("print statuses: %w", err)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print every field, and what leads to each status, as one JSON array")
	c.Flags().StringVar(&language, "language", "", "print each status's label in en, pt, fr or ru, in place of its meaning")
	c.Flags().BoolVar(&graph, "graph", false, "print what leads from which status to which as a Graphviz digraph")
	return c
}

// writeStatuses prints a table for each vocabulary, with labels in place of
// meanings if there is a language. They are the last column, so that a narrow
// terminal breaks nothing else.
func writeStatuses(w io.Writer, vocabularies []*schemas.Vocabulary, language string) error {
	for _, v := range vocabularies {
		fmt.Fprintf(w, "%s (%s)\n\n", v.Name, v.Source)
		table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		spelled := slices.ContainsFunc(v.Rows, func(r schemas.StatusRow) bool { return r.Text != "" })
		line := func(status, spelling string, rest ...string) {
			if spelled {
				status += "\t" + spelling
			}
			fmt.Fprintln(table, status+"\t"+strings.Join(rest, "\t"))
		}
		says := "MEANING"
		if language != "" {
			says = "LABEL"
		}
		line("STATUS", "SPELLING", "STEP", "FINAL", "OUTCOME", says)
		for i := range v.Rows {
			r := &v.Rows[i]
			says = r.Meaning
			if language != "" {
				says = r.Label(language)
			}
			line(r.ID, r.Text, r.Step, finalMark(r), string(r.Outcome), says)
		}
		if err := table.Flush(); err != nil {
			return err
		}
		fmt.Fprintln(w)
	}
	_, err := fmt.Fprintln(w, "Steps: 1 taken, 2 handled, 3 sent, 4 reader. Final, which nothing but a new attempt can change: ●; where the text is silent: ○.")
	return err
}

// writeGroups prints what the letters in a vocabulary's rules stand for.
func writeGroups(w io.Writer, v *schemas.Vocabulary) error {
	fmt.Fprint(w, "\nIn rules, as explain and status_meanings show them (events < statuses):\n"+
		"  A       any event of the platform that another rule does not name, but refused, resend and discarded\n"+
		"  B       bounced, bounced_later\n"+
		"  x{r,s}  event x for reason r or s; x{-r} for any other; {hard}, {soft} by what the reason says of the address\n")
	for _, name := range slices.Sorted(maps.Keys(v.Groups)) {
		if _, err := fmt.Fprintf(w, "  %-7s %s\n", name, v.Groups[name]); err != nil {
			return err
		}
	}
	return nil
}

func finalMark(r *schemas.StatusRow) string {
	switch {
	case r.Ours:
		return "○"
	case r.Final:
		return "●"
	}
	return ""
}

// statusJSON is a status as --json prints it.
type statusJSON struct {
	Vocabulary    string          `json:"vocabulary"`
	Text          string          `json:"text"`
	Status        string          `json:"status"`
	Spelling      string          `json:"spelling"`
	Labels        schemas.Labels  `json:"labels"`
	Step          string          `json:"step"`
	Final         bool            `json:"final"`
	FinalDecision bool            `json:"final_by_decision"`
	Outcome       schemas.Outcome `json:"outcome"`
	Meaning       string          `json:"meaning"`
	Source        string          `json:"source"`
	ReachedBy     []ruleJSON      `json:"reached_by"`
}

type ruleJSON struct {
	Events string   `json:"events"`
	From   []string `json:"from"`
}

func writeStatusesJSON(w io.Writer, vocabularies []*schemas.Vocabulary) error {
	var all []statusJSON
	for _, v := range vocabularies {
		first := len(all)
		for i := range v.Rows {
			r := &v.Rows[i]
			all = append(all, statusJSON{
				Vocabulary: v.Name, Text: v.Source, Status: r.ID, Spelling: r.Spelling(), Labels: r.Labels,
				Step: r.Step, Final: r.Final,
				FinalDecision: r.Ours, Outcome: r.Outcome, Meaning: r.Meaning, Source: r.Source, ReachedBy: []ruleJSON{},
			})
		}
		for _, rule := range v.Rules() {
			to := &all[first+int(rule.To)]
			to.ReachedBy = append(to.ReachedBy, ruleJSON{rule.Events, statusNames(v, rule.From)})
		}
	}
	return printJSON(w, all)
}

func statusNames(v *schemas.Vocabulary, statuses []schemas.Status) []string {
	names := make([]string, len(statuses))
	for i, s := range statuses {
		names[i] = v.Row(s).ID
	}
	return names
}
