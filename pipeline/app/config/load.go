package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxFile is the largest configuration: ten thousand accounts, and no more than
// can be read at once.
const maxFile = 1 << 20

// Load reads a configuration file.
func Load(path string) (Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return Config{}, &Error{Problem: "open configuration", Err: err}
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return Config{}, &Error{Problem: "read configuration", Err: err}
	}
	return Parse(data, path)
}

// Parse reads a configuration; name is what errors call it.
func Parse(data []byte, name string) (Config, error) {
	p := newProblems(name)
	c := Default()
	root, err := document(data)
	if err != nil {
		p.add(err)
		return Config{}, p.err()
	}
	if root != nil {
		readFields(p, "", root, c.fields())
	}
	c.check(p)
	if err := p.err(); err != nil {
		return Config{}, err
	}
	c.inherit()
	c.index()
	c.read = p
	return c, nil
}

// document returns the only document's root, nil when there is nothing in it.
func document(data []byte) (*yaml.Node, *Error) {
	if len(data) > maxFile {
		return nil, &Error{Problem: fmt.Sprintf("larger than %d bytes", maxFile), Hint: "is it the right file?"}
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	var doc, second yaml.Node
	if err := d.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, syntaxError(err)
	}
	if err := d.Decode(&second); err == nil {
		return nil, &Error{Line: second.Line, Problem: "a second document begins here", Hint: "a configuration is one document, without ---"}
	} else if !errors.Is(err, io.EOF) {
		return nil, syntaxError(err)
	}
	root := doc.Content[0]
	if isNull(root) {
		return nil, nil
	}
	return root, nil
}

// syntaxError takes the line out of the YAML parser's error, which has it in
// its text alone.
func syntaxError(err error) *Error {
	e := &Error{Problem: strings.TrimPrefix(err.Error(), "yaml: ")}
	if rest, ok := strings.CutPrefix(e.Problem, "line "); ok {
		if n, text, ok := strings.Cut(rest, ": "); ok {
			e.Line, _ = strconv.Atoi(n)
			e.Problem = text
		}
	}
	e.Problem = "no YAML: " + e.Problem
	if strings.Contains(e.Problem, "cannot start any token") {
		e.Hint = "indent with spaces, not tabs, and quote values that begin with a special character"
	}
	return e
}

// inherit fills in what sources take from the whole file.
func (c *Config) inherit() {
	for i := range c.Sources {
		s := &c.Sources[i]
		if s.Location == nil {
			s.Location = c.Location
		}
		if s.Year == 0 {
			s.Year = c.Year
		}
		if s.MessageIDPattern == nil {
			s.MessageIDPattern = c.MessageIDPattern
		}
	}
}
