package classify

import "strings"

// place is where a reader of rules is.
type place struct {
	file file
	line int
}

func (p *place) problem(format string, args ...any) error {
	return p.file.problem(p.line, format, args...)
}

func (p *place) unless(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return p.problem(format, args...)
}

// head reads "[name] what" without the first bracket; example is one of what.
func (p *place) head(line, example string) (name, what string, err error) {
	name, what, ok := strings.Cut(line, "]")
	if !ok || !isRuleName(name) {
		return "", "", p.problem("%q is no name of a rule: want [name] %s, the name of small letters, digits, hyphens and dots", excerpt(name), example)
	}
	return strings.Clone(name), strings.TrimSpace(what), nil
}

// register knows the names of rules. One of a file before replaces one of the same
// name; of one file, two may not have the same.
type register struct {
	most  int // so many there is room for
	files int // begun
	heads map[string]head
}

type head struct{ file, line int }

func newRegister(most int) *register { return &register{most: most, heads: map[string]head{}} }

// begin says that what is entered now is of another file.
func (r *register) begin() { r.files++ }

// enter notes the rule that begins at a place, and reports whether it counts.
func (r *register) enter(name string, at place) (counts bool, err error) {
	before, known := r.heads[name]
	switch {
	case known && before.file == r.files:
		return false, at.problem("rule %s is there already, in line %d: choose another name", name, before.line)
	case known:
		return false, nil
	case len(r.heads) == r.most:
		return false, at.problem("rule %s is one more than the %d that there is room for: take out what is not needed", name, r.most)
	}
	r.heads[name] = head{r.files, at.line}
	return true, nil
}
