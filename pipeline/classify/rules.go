package classify

import (
	_ "embed"
	"fmt"
	"slices"
	"sync"

	"mailfate/schemas"
)

// Limits on rules, so that a wrong file is an error and no trouble later.
const (
	MaxFile     = 1 << 20 // of a file, in bytes
	maxRules    = 1024
	maxLiterals = 4096
	maxVetoes   = 255
	maxLine     = 4096

	firstCode, lastCode = 400, 599
)

//go:embed rules.txt
var embedded string

// Rules are compiled rules, about replies and about hits; they do not change, and any number of goroutines may
// use them.
type Rules struct {
	rules     []rule
	vetoes    []known
	statuses  []knownStatus
	codes     [lastCode - firstCode + 1]known
	providers map[string]bool
	hosts     map[string]string // whose they are, and the domains above them
	words     words
	machines  *Machines
	replies   uint64 // version of what Reply says
}

// known is what a code alone says, or a veto.
type known struct {
	reason schemas.Reason
	name   string
}

// knownStatus is what an enhanced code says, or each of several.
type knownStatus struct {
	statusPattern
	known
}

// Default returns the embedded rules.
func Default() *Rules { return compileOnce() }

var compileOnce = sync.OnceValue(func() *Rules {
	r, err := compile(file{"rules.txt", embedded})
	if err != nil {
		panic("classify: " + err.Error()) // a test compiles them
	}
	return r
})

// New returns the embedded rules with others put before them: theirs are looked
// at first, and one with the name of an embedded rule replaces it. What they say
// of a provider or a code likewise. Errors call the file name.
func New(name string, text []byte) (*Rules, error) {
	return compile(file{name, string(text)}, file{"rules.txt", embedded})
}

// Text returns the embedded rules as they are written.
func Text() string { return embedded }

// WithMachines returns the same rules with others about hits.
func (r *Rules) WithMachines(m *Machines) *Rules {
	with := *r
	with.machines = m
	return &with
}

// Machines are the rules about hits; the embedded ones unless others were given.
func (r *Rules) Machines() *Machines { return r.machines }

// Version is a hash of everything that decides what Reply says, and of whom hits are.
func (r *Rules) Version() uint64 {
	return uint64(schemas.HashEvent(fmt.Sprint(r.replies), fmt.Sprint(r.machines.version)).ID())
}

// compile makes rules of files, of which an earlier one goes before a later.
func compile(files ...file) (*Rules, error) {
	r := &Rules{providers: map[string]bool{}, hosts: map[string]string{}, machines: DefaultMachines()}
	parts := []string{fmt.Sprint(Version)}
	names := newRegister(maxRules)
	var written []stanza
	var vetoes []veto
	for _, f := range files {
		parts = append(parts, f.text)
		p := parser{place: place{file: f}, rules: r, names: names, stanzas: written, vetoes: vetoes}
		if err := p.parse(); err != nil {
			return nil, err
		}
		written, vetoes = p.stanzas, p.vetoes
	}
	r.replies = uint64(schemas.HashEvent(parts...).ID())
	b := newBuilder()
	for i := range written {
		if err := r.compile(b, &written[i]); err != nil {
			return nil, err
		}
	}
	for i := range vetoes {
		if err := r.forbid(b, &vetoes[i]); err != nil {
			return nil, err
		}
	}
	r.words = b.build()
	r.indexClauses()
	r.nameCodes()
	return r, nil
}

// compile adds one rule.
func (r *Rules) compile(b *builder, s *stanza) error {
	for _, alternatives := range s.texts {
		ids, err := s.file.literals(b, alternatives)
		if err != nil {
			return err
		}
		s.rule.clauses = append(s.rule.clauses, ids)
	}
	not, err := s.file.literals(b, s.not)
	if err != nil {
		return err
	}
	s.rule.not = not
	if f := family(s.rule.name); r.providers[f] {
		s.rule.provider = f
	}
	r.rules = append(r.rules, s.rule)
	return nil
}

// forbid adds one veto. A word of several is the first one's.
func (r *Rules) forbid(b *builder, v *veto) error {
	ids, err := v.file.literals(b, v.words)
	if err != nil {
		return err
	}
	r.vetoes = append(r.vetoes, known{v.reason, "veto:" + v.reason.String()})
	for _, id := range ids {
		if l := &b.literals[id]; l.veto == 0 {
			l.veto = uint8(len(r.vetoes))
		}
	}
	return nil
}

func (f file) literals(b *builder, written []phrase) ([]uint16, error) {
	var ids []uint16
	for _, p := range written {
		id, err := b.add(p.text)
		if err != nil {
			return nil, f.problem(p.line, "%q %w", p.text, err)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// indexClauses lets each literal of a rule's first clause point to the rule.
func (r *Rules) indexClauses() {
	for i := range r.rules {
		for _, id := range r.rules[i].clauses[0] {
			l := &r.words.literals[id]
			if !slices.Contains(l.rules, uint16(i)) {
				l.rules = append(l.rules, uint16(i))
			}
		}
	}
}

// nameCodes completes what no file says of reply codes.
func (r *Rules) nameCodes() {
	for i := range r.codes {
		if k := &r.codes[i]; k.reason == schemas.ReasonNone {
			k.reason, k.name = schemas.Unclassified, fmt.Sprint("code:", firstCode+i)
		}
	}
}
