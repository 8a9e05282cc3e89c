package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// maxSecret is more than any password and less than any mistake.
const maxSecret = 64 << 10

var (
	errUnset  = errors.New("is not set or empty")
	errEmpty  = errors.New("is empty")
	errTooBig = fmt.Errorf("is larger than %d bytes", maxSecret)
)

// A Secret is where a password is: in a variable of the environment or in a
// file. The zero value is no password.
type Secret struct {
	Env  string
	File string
}

// IsZero reports whether no password is named.
func (s Secret) IsZero() bool { return s == Secret{} }

// Read returns the password, "" when none is named. Line ends at the end of a
// file are not part of it.
func (s Secret) Read() (string, error) {
	switch {
	case s.Env != "":
		v := os.Getenv(s.Env)
		if v == "" {
			return "", &Error{Problem: "read password: environment variable " + s.Env, Err: errUnset, Hint: "set it, or name another in the configuration"}
		}
		return v, nil
	case s.File != "":
		v, err := readSmall(s.File, maxSecret)
		if password := strings.TrimRight(string(v), "\r\n"); err == nil && password != "" {
			return password, nil
		} else if err == nil {
			err = fmt.Errorf("%s %w", s.File, errEmpty)
		}
		return "", &Error{Problem: "read password", Err: err, Hint: "write the password into that file, readable by mailfate alone"}
	}
	return "", nil
}

// readSmall reads a file that must not be larger than limit.
func readSmall(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("%s %w", path, errTooBig)
	}
	return b, err
}
