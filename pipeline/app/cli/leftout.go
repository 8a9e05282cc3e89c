package cli

import (
	"errors"
	"strings"

	"mailfate/pipeline/app"
	"mailfate/pipeline/app/config"
	"mailfate/schemas"
	"mailfate/sources/tail"
)

// withoutLeftOut tells of the files that were left out, each once, and returns the
// other errors.
func (s *setup) withoutLeftOut(err error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var others []error
		for _, e := range joined.Unwrap() {
			others = append(others, s.withoutLeftOut(e))
		}
		return errors.Join(others...)
	}
	var out *app.LeftOutError
	if !errors.As(err, &out) {
		return err
	}
	if text := out.Error(); !s.leftOut[text] {
		if s.leftOut == nil {
			s.leftOut = map[string]bool{}
		}
		s.leftOut[text] = true
		s.env.logger().Warn("a file of a directory is left out", "error", out.Err)
	}
	return nil
}

// wrongType is the error of a path that is not there: it may begin with the name of
// a type that is none.
func wrongType(arg app.Argument, err error) error {
	word, _, typed := strings.Cut(arg.Path, ":")
	if !typed || arg.Type != schemas.SourceNone || strings.Contains(word, "/") || !errors.Is(err, tail.ErrNothingFound) {
		return err
	}
	return usageError{errors.Join(err, config.UnknownType(word))}
}
