package main

import (
	"encoding/json"
	"fmt"
	"os"

	"mailfate/pipeline/app"
	"mailfate/schemas"
)

// parse reads a log as mailfate parse does, and writes what it counted.
func parse(arg string) error {
	found, err := app.Find(app.ParseArgument(arg), func(schemas.SourceType, string) app.Settings { return app.Settings{} })
	if err != nil {
		return err
	}
	if len(found) != 1 {
		return fmt.Errorf("parse %s: it is %d logs, want one", arg, len(found))
	}
	counts, err := app.Parse(&found[0], func(*schemas.Event) error { return nil }, nil)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(counts)
}
