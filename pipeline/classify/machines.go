package classify

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"mailfate/schemas"
)

// MachinesVersion changes whenever the code here takes the same hit for another's
// by the same rules.
const MachinesVersion = 1

// maxMachineRules is how many rules about hits there may be.
const maxMachineRules = 128

//go:embed machines.txt
var embeddedMachines string

//go:embed networks.txt
var embeddedNetworks string

// Machines tell the hits of machines from those of people, by rules that are data
// (machines.txt, whose head says how they are written) and by the networks that
// these name (networks.txt). They do not change, and any number of goroutines may
// use them.
type Machines struct {
	rules    []machineRule
	kinds    [hitKinds]machineSet // the rules about each kind
	named    machineSet           // those that look at nothing but the agent and the kind
	usual    machineSet           // those that the usual request meets
	anywhere machineSet           // those that name no network
	networks *Networks
	version  uint64
}

// DefaultMachines returns the embedded rules with the embedded networks.
func DefaultMachines() *Machines { return compileMachinesOnce() }

var compileMachinesOnce = sync.OnceValue(func() *Machines {
	m, err := NewMachines(nil, nil)
	if err != nil {
		panic("classify: " + err.Error()) // a test compiles them
	}
	return m
})

// File is a file of rules or networks as it was read.
type File struct {
	Name string // errors call it so
	Text []byte
}

// NewMachines returns the embedded rules with those of a file put before them: they
// are looked at first, and one with the name of an embedded rule replaces it. A file
// of networks stands in for the embedded one. Either may be nil.
func NewMachines(rules, networks *File) (*Machines, error) {
	nets := file{"networks.txt", embeddedNetworks}
	if networks != nil {
		nets = file{networks.Name, string(networks.Text)}
	}
	m := &Machines{}
	var err error
	if m.networks, err = parseNetworks(nets); err != nil {
		return nil, err
	}
	p := machineParser{networks: m.networks, names: newRegister(maxMachineRules)}
	parts := []string{fmt.Sprint(MachinesVersion), nets.text}
	for _, f := range machineFiles(rules) {
		parts = append(parts, f.text)
		if err := p.parse(f); err != nil {
			return nil, err
		}
	}
	m.version = uint64(schemas.HashEvent(parts...).ID())
	m.compile(p.stanzas)
	return m, nil
}

func machineFiles(rules *File) []file {
	embedded := file{"machines.txt", embeddedMachines}
	if rules == nil {
		return []file{embedded}
	}
	return []file{{rules.Name, string(rules.Text)}, embedded}
}

// MachineText returns the embedded rules as they are written.
func MachineText() string { return embeddedMachines }

// NetworkText returns the embedded networks as they are written.
func NetworkText() string { return embeddedNetworks }

// Version is a hash of everything that decides who fetched.
func (m *Machines) Version() uint64 { return m.version }

// Names lists the rules in the order in which they are looked at.
func (m *Machines) Names() []string {
	names := make([]string, len(m.rules))
	for i := range m.rules {
		names[i] = m.rules[i].name
	}
	return names
}

// Nets are the networks that an address is in; none of what is no address.
func (m *Machines) Nets(address string) Nets { return m.networks.Of(address) }

// compile takes over the rules that take part.
func (m *Machines) compile(written []machineStanza) {
	for i := range written {
		if !written[i].off {
			m.rules = append(m.rules, written[i].rule)
		}
	}
	for i := range m.rules {
		r := &m.rules[i]
		if r.named() {
			m.named.add(i)
		}
		if r.asks(usualRequest) {
			m.usual.add(i)
		}
		if len(r.networks) == 0 {
			m.anywhere.add(i)
		}
		for _, n := range r.networks {
			r.nets |= m.networks.named(n)
		}
		for k := firstHit; k <= lastHit; k++ {
			if len(r.kinds) == 0 || slices.Contains(r.kinds, k) {
				m.kinds[k-firstHit].add(i)
			}
			if read := k + schemas.MachineOpened - schemas.Opened; r.machine {
				r.labels[k-firstHit] = strings.Join([]string{read.String(), r.name}, " ")
			}
		}
	}
}
