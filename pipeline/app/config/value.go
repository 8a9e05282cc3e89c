package config

import (
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// A value is what a key holds. It is read from a node of a file, with all that
// is wrong reported, and written as one.
type value interface {
	read(p *problems, key string, n *yaml.Node)
	// write returns nil when there is nothing to say.
	write() *yaml.Node
}

// A section is a mapping with known keys.
type section []field

func (s section) read(p *problems, key string, n *yaml.Node) {
	if !isNull(n) { // a section whose keys are all commented out
		readFields(p, key, n, s)
	}
}

func (s section) write() *yaml.Node { return writeFields(s) }

// optional is a section whose presence means something even when it is empty.
type optional[T any] struct {
	to     **T
	fields func(*T) []field
}

func (o optional[T]) read(p *problems, key string, n *yaml.Node) {
	if isNull(n) {
		p.report(key, "has no value", "write {} for a section with all defaults, or leave the key out")
		return
	}
	*o.to = new(T)
	readFields(p, key, n, o.fields(*o.to))
}

func (o optional[T]) write() *yaml.Node {
	if *o.to == nil {
		return nil
	}
	return writeFields(o.fields(*o.to))
}

// A list is a sequence of values of one kind.
type list[T any] struct {
	to    *[]T
	fresh func() T
	item  func(*T) value
}

func empty() string { return "" }

func texts(to *[]string) list[string] {
	return list[string]{to, empty, func(s *string) value { return text{s} }}
}

func (l list[T]) read(p *problems, key string, n *yaml.Node) {
	if isNull(n) || !expect(p, key, n, yaml.SequenceNode) {
		return
	}
	*l.to = nil
	if len(n.Content) > 0 {
		*l.to = make([]T, len(n.Content))
	}
	for i, item := range n.Content {
		itemKey := key + "[" + strconv.Itoa(i) + "]"
		p.lines[itemKey] = item.Line
		(*l.to)[i] = l.fresh()
		l.item(&(*l.to)[i]).read(p, itemKey, item)
	}
}

func (l list[T]) write() *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode}
	if len(*l.to) == 0 {
		n.Style = yaml.FlowStyle
	}
	for i := range *l.to {
		n.Content = append(n.Content, l.item(&(*l.to)[i]).write())
	}
	return n
}

// readFields reads a mapping with known keys.
func readFields(p *problems, section string, n *yaml.Node, fields []field) {
	if !expect(p, section, n, yaml.MappingNode) {
		return
	}
	seen := make(map[string]bool, len(fields))
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		path := join(section, k.Value)
		value := find(fields, k)
		switch {
		case value == nil:
			unknown(p, section, k, fields)
		case seen[k.Value]:
			p.add(&Error{Line: k.Line, Key: path, Problem: fmt.Sprintf("is written twice, first in line %d", p.lines[path])})
		default:
			seen[k.Value] = true
			p.lines[path] = k.Line
			value.read(p, path, v)
		}
	}
}

func find(fields []field, key *yaml.Node) value {
	if key.Kind == yaml.ScalarNode {
		for _, f := range fields {
			if f.key == key.Value {
				return f.value
			}
		}
	}
	return nil
}

func unknown(p *problems, section string, key *yaml.Node, fields []field) {
	if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" {
		p.add(&Error{Line: key.Line, Key: section, Problem: "a key is no plain word", Hint: "merge keys, aliases and the like are not supported"})
		return
	}
	name := key.Value
	if !isWord(name) {
		name = excerpt(name)
	}
	p.add(&Error{Line: key.Line, Key: join(section, name), Problem: "unknown key", Hint: didYouMean(key.Value, keys(fields))})
}

// keys lists the keys that can be written.
func keys(fields []field) []string {
	var keys []string
	for _, f := range fields {
		if _, no := f.value.(forbidden); !no {
			keys = append(keys, f.key)
		}
	}
	return keys
}

func writeFields(fields []field) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, f := range fields {
		if v := f.value.write(); v != nil {
			n.Content = append(n.Content, scalar(f.key), v)
		}
	}
	if len(n.Content) == 0 {
		n.Style = yaml.FlowStyle
	}
	return n
}

func join(section, key string) string {
	if section == "" {
		return key
	}
	return section + "." + key
}
