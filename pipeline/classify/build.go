package classify

import "fmt"

const (
	// maxStates is how many states a table of 16 bits can name.
	maxStates = 1 << 16

	// rowWidth is how many numbers a line of the processor's cache holds: where a
	// state's literal ends, and the transitions by the bytes that most texts are
	// made of.
	rowWidth  = 32
	nearWidth = rowWidth - 1
	frequent  = "\x01 abcdefghijklmnopqrstuvwxyz.-{"
)

// node is a state of the trie of all literals.
type node struct {
	child, sibling uint16 // the first child; the next child of the same parent
	c              byte   // that leads here
	first          uint16 // one more than the first literal that ends here
}

// builder makes the automaton of literals.
type builder struct {
	literals []literal
	known    map[literalKey]uint16
	nodes    []node
}

func newBuilder() *builder {
	return &builder{known: map[literalKey]uint16{}, nodes: make([]node, 1)}
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
	if len(b.literals) == maxLiterals {
		return 0, fmt.Errorf("is one more than the %d that there is room for: take out what is not needed", maxLiterals)
	}
	if len(b.nodes)+2*l.length > maxStates {
		return 0, fmt.Errorf("makes the texts together need more than %d states: take out what is not needed", maxStates)
	}
	end := &b.nodes[b.path(l.key.text, l.key.head)]
	id := uint16(len(b.literals))
	l.same, end.first = end.first, id+1
	b.literals = append(b.literals, l)
	b.known[l.key] = id
	return id, nil
}

// path goes from the root along a text, with a mark in front of each word, and
// makes what of the way is not there. A word goes on where the text begins within
// one.
func (b *builder) path(text string, within bool) (at uint16) {
	word := within
	for i := range len(text) {
		if is := isWord(text[i]); is != word {
			if word = is; is {
				at = b.child(at, wordMark)
			}
		}
		at = b.child(at, text[i])
	}
	return at
}

// child returns the state to which c leads from another.
func (b *builder) child(at uint16, c byte) uint16 {
	to := b.nodes[at].child
	for to != 0 && b.nodes[to].c != c {
		to = b.nodes[to].sibling
	}
	if to == 0 {
		to = uint16(len(b.nodes))
		b.nodes = append(b.nodes, node{c: c, sibling: b.nodes[at].child})
		b.nodes[at].child = to
	}
	return to
}

// build completes the automaton. Its states are numbered by their depth, so that
// those that texts are in most of the time lie together.
func (b *builder) build() words {
	w := words{literals: b.literals}
	w.classify(b.nodes)
	n := len(b.nodes)
	w.rows, w.far = make([]uint16, n*rowWidth), make([]uint16, n*w.farWidth)
	w.shorter, w.first = make([]uint16, n), make([]uint16, n)
	fail := make([]uint16, n)
	order := make([]uint16, 1, n)     // nodes, in the order of their states
	for s := 0; s < len(order); s++ { // what a state falls back to is complete before it
		at := &b.nodes[order[s]]
		if w.first[s] = at.first; s != 0 {
			from := int(fail[s])
			copy(w.rows[s*rowWidth:][:rowWidth], w.rows[from*rowWidth:])
			copy(w.far[s*w.farWidth:][:w.farWidth], w.far[from*w.farWidth:])
			w.shorter[s] = *w.end(s)
		}
		if at.first != 0 {
			*w.end(s) = uint16(s)
		}
		for child := at.child; child != 0; child = b.nodes[child].sibling {
			to, step := uint16(len(order)), w.step(s, b.nodes[child].c)
			if s != 0 {
				fail[to] = *step
			}
			*step = to
			order = append(order, child)
		}
	}
	return w
}

// classify numbers the bytes that occur. Class 0 is every byte of no literal.
func (w *words) classify(nodes []node) {
	var used [256]bool
	for _, n := range nodes[1:] {
		used[n.c] = true
	}
	classes := 1
	number := func(c byte) {
		if used[c] && w.classes[c] == 0 {
			w.classes[c] = classes
			classes++
		}
	}
	for i := range len(frequent) {
		number(frequent[i])
	}
	for c := range used {
		number(byte(c))
	}
	w.farWidth = max(classes-nearWidth, 0)
}
