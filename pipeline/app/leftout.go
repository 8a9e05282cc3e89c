package app

import (
	"errors"
	"os"

	"mailfate/sources/tail"
)

// errUnknown is that of a file whose content is of no type.
var errUnknown = errors.New("its content is none of postfix, exim, sendmail, powermta, kumomta, platform, tracking, arf")

// A LeftOutError says which file of a directory is not read, as it is no source. Who
// named the directory need not know what else is in it.
type LeftOutError struct{ Err error }

func (e *LeftOutError) Error() string { return "leave out: " + e.Err.Error() }

// Unwrap returns why.
func (e *LeftOutError) Unwrap() error { return e.Err }

// leftOut is the error of a file that is not recognised, which is a smaller one if
// only its directory was named.
func leftOut(arg Argument, err error) error {
	if !errors.Is(err, errUnknown) && !errors.Is(err, tail.ErrNotALog) {
		return err
	}
	if info, statErr := os.Stat(arg.Path); statErr != nil || !info.IsDir() {
		return err
	}
	return &LeftOutError{err}
}
