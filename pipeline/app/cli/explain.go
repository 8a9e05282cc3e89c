package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"mailfate/pipeline/app"
	"mailfate/schemas"
)

func (e *env) explain() *cobra.Command {
	var vocabulary string
	var asJSON, all bool
	c := &cobra.Command{
		Use:   "explain MESSAGE_ID [RECIPIENT]",
		Short: "Tell the story of one message: every event, every change and why",
		Long: "explain tells what became of one message: each event with what was said and where it was\n" +
			"read, each change of status and the row of the table that decided it. The message is\n" +
			"named by its Message-ID, with or without <>, by the platform's email id, or by the number\n" +
			"in message_status.id. Times are UTC.",
		Example: "  mailfate explain --data d '<20261114.1@shop.example>' ann@example.org --vocabulary netcore",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := vocabularies(vocabulary)
			if err != nil {
				return err
			}
			if schemas.CleanMessageID(args[0]) == "" {
				return usageError{errors.New("the message id is empty; name a message by its Message-ID, its email id or its number")}
			}
			recipient := optional(args[1:])
			return e.withDatabase(cmd.Context(), func(ctx context.Context, db *app.Database) error {
				story, err := db.Explain(ctx, args[0], recipient, in, all)
				if err != nil {
					return err
				}
				if !asJSON {
					return story.WriteText(e.out, isTerminal(e.out))
				}
				if err := printJSON(e.out, &story); err != nil {
					return fmt.Errorf("print story: %w", err)
				}
				return nil
			})
		},
	}
	e.flags.database(c.Flags())
	c.Flags().StringVar(&vocabulary, "vocabulary", "", "tell it in the words of `NAME` alone (default: of all)")
	c.Flags().BoolVar(&all, "all", false, "also show changes that were told once and taken back")
	c.Flags().BoolVar(&asJSON, "json", false, "print the story as one JSON document")
	return c
}

// vocabularies returns the one with that name; all without a name.
func vocabularies(name string) ([]*schemas.Vocabulary, error) {
	if name == "" {
		return schemas.Vocabularies[:], nil
	}
	if v, ok := schemas.FindVocabulary(name); ok {
		return []*schemas.Vocabulary{v}, nil
	}
	var names []string
	for _, v := range schemas.Vocabularies {
		names = append(names, v.Name)
	}
	return nil, usageError{fmt.Errorf("no vocabulary %q; there are %s", name, strings.Join(names, ", "))}
}
