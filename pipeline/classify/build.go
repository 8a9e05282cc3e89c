package classify

import "fmt"

// maxStates is how many states a table of 16 bits can name.
const maxStates = 1 << 16

// builder makes the automaton of literals.
type builder struct {
	w     words
	known map[literalKey]uint16
	edges []map[byte]uint16 // the trie
	bytes int
}

func newBuilder() *builder {
	return &builder{known: map[literalKey]uint16{}, edges: []map[byte]uint16{{}}, w: words{first: make([]uint16, 1)}}
}

// add adds a literal and returns its number.
func (b *builder) add(written string) (uint16, error) {
	l, err := makeLiteral(written)
	if err != nil {
		return 0, err
	}
	if id, ok := b.known[l.key]; ok {
		return id, nil
	}
	if len(b.w.literals) == maxLiterals {
		return 0, fmt.Errorf("is one more than the %d that there is room for: take out what is not needed", maxLiterals)
	}
	if b.bytes += l.length; b.bytes >= maxStates {
		return 0, fmt.Errorf("makes the texts together longer than %d bytes: take out what is not needed", maxStates)
	}
	state := b.path(l.key.text)
	id := uint16(len(b.w.literals))
	l.same, b.w.first[state] = b.w.first[state], id+1
	b.w.literals = append(b.w.literals, l)
	b.known[l.key] = id
	return id, nil
}

// path goes from the root along a text, and makes what of the way is not there.
func (b *builder) path(text string) uint16 {
	var state uint16
	for i := range len(text) {
		to, ok := b.edges[state][text[i]]
		if !ok {
			to = uint16(len(b.edges))
			b.edges[state][text[i]] = to
			b.edges = append(b.edges, map[byte]uint16{})
			b.w.first = append(b.w.first, 0)
		}
		state = to
	}
	return state
}

// build completes the automaton.
func (b *builder) build() words {
	w := &b.w
	w.width = 1 // class 0 is every byte of no literal
	for _, edges := range b.edges {
		for c := range edges {
			if w.classes[c] == 0 {
				w.classes[c] = uint16(w.width)
				w.width++
			}
		}
	}
	n := len(b.edges)
	w.next, w.ends, w.shorter = make([]uint16, n*w.width), make([]uint16, n), make([]uint16, n)
	fail := make([]uint16, n)
	queue := []uint16{0}
	for len(queue) > 0 { // by depth: what a state falls back to is complete before it
		s := queue[0]
		queue = queue[1:]
		row := w.next[int(s)*w.width:][:w.width]
		if s != 0 {
			copy(row, w.next[int(fail[s])*w.width:][:w.width])
			w.shorter[s] = w.ends[fail[s]]
			if w.ends[s] = w.shorter[s]; w.first[s] != 0 {
				w.ends[s] = s
			}
		}
		for c, to := range b.edges[s] {
			if s != 0 {
				fail[to] = row[w.classes[c]]
			}
			row[w.classes[c]] = to
			queue = append(queue, to)
		}
	}
	return *w
}
