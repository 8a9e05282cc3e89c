package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"mailfate/pipeline/app"
)

// defaultListen is where serve listens.
const defaultListen = "127.0.0.1:8026"

func (e *env) serve() *cobra.Command {
	var listen string
	c := &cobra.Command{
		Use:   "serve",
		Short: "Answer questions over HTTP until stopped",
		Long: "serve shows the web pages, and answers UniSender's checkEmail, feeds and questions about messages from what is in\n" +
			"ClickHouse, for whom there is a key (mailfate key add); /api/v1/openapi.yaml says how to ask.\n" +
			"While there is none it listens on a loopback address alone, and answers everybody on\n" +
			"this machine. A run whose configuration has api.listen does the same.",
		Example: "  mailfate serve --data d\n  curl 'http://127.0.0.1:8026/en/api/checkEmail?format=json&api_key=KEY&email_id=ID1,ID2'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			e.follows = true
			return e.withDatabase(cmd.Context(), func(ctx context.Context, db *app.Database) error { return e.doServe(ctx, db, listen) })
		},
	}
	e.flags.database(c.Flags())
	c.Flags().StringVar(&listen, "listen", "", "`HOST:PORT` to listen at (default: api.listen of the configuration, or "+defaultListen+")")
	return c
}

func (e *env) doServe(ctx context.Context, db *app.Database, listen string) (err error) {
	set, err := e.setup()
	if err != nil {
		return err
	}
	at := defaultListen
	override(&at, set.config.API.Listen)
	override(&at, listen)
	a, err := app.ServeAPI(ctx, db, nil, at, e.logger())
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
		defer cancel()
		err = errors.Join(err, a.Close(ctx))
	}()
	fmt.Fprintf(e.err, "Pages: %s\nQuestions: %s, as %s/en/api/checkEmail?format=json&email_id=ID. Ctrl-C ends it.\n", a.Address(), a.Address(), a.Address())
	return a.Wait(ctx)
}
