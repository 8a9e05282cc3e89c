package classify

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"mailfate/schemas"
)

// confusion counts what was said of what.
type confusion map[string]map[string]int

func (c *confusion) add(want, got string) {
	if *c == nil {
		*c = confusion{}
	}
	if (*c)[want] == nil {
		(*c)[want] = map[string]int{}
	}
	(*c)[want][got]++
}

func (c confusion) right() (n int) {
	for want := range c {
		n += c[want][want]
	}
	return n
}

// all is how many have been given one name, or all if it is "".
func (c confusion) all(got string) (n int) {
	for _, row := range c {
		for name, count := range row {
			if got == "" || name == got {
				n += count
			}
		}
	}
	return n
}

// matrix is a table of what was expected, by line, and given, by column.
func (c confusion) matrix() string {
	var b strings.Builder
	names := slices.Sorted(maps.Keys(c))
	fmt.Fprintf(&b, "| expected | %s |\n|---|%s\n", strings.Join(names, " | "), strings.Repeat("--:|", len(names)))
	for _, want := range names {
		fmt.Fprintf(&b, "| %s |", want)
		for _, got := range names {
			fmt.Fprintf(&b, " %d |", c[want][got])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// list names what was called otherwise, of many names of which few are.
func (c confusion) list() string {
	var b strings.Builder
	b.WriteString("| expected | replies | right | called otherwise |\n|---|--:|--:|---|\n")
	for _, want := range slices.Sorted(maps.Keys(c)) {
		n := 0
		var others []string
		for _, got := range slices.Sorted(maps.Keys(c[want])) {
			n += c[want][got]
			if got != want {
				others = append(others, fmt.Sprintf("%s %d", got, c[want][got]))
			}
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %s |\n", want, n, c[want][want], strings.Join(others, ", "))
	}
	return b.String()
}

// verdicts are what the rules say of replies, by reason, class and fault.
type verdicts struct{ reasons, classes, faults confusion }

func (v *verdicts) add(want, got schemas.Reason) {
	v.reasons.add(want.String(), got.String())
	v.classes.add(hardness(want), hardness(got))
	v.faults.add(want.Fault().String(), got.Fault().String())
}

func hardness(r schemas.Reason) string {
	if r.Hard() {
		return "hard"
	}
	return "soft"
}

func (v *verdicts) markdown() string {
	found, hard := v.classes["hard"]["hard"], v.classes["hard"]["hard"]+v.classes["hard"]["soft"]
	return fmt.Sprintf(`# What is taken for what

Written by `+"`go test ./pipeline/classify -run Corpus -rewrite`"+`. The rules have learned from all these replies;
README.md has what they made of them at first sight.

%d replies, %d right. Hard: precision %d of %d, recall %d of %d.

## Class

%s
## Fault

%s
## Reason

%s`, v.reasons.all(""), v.reasons.right(), found, v.classes.all("hard"), found, hard, v.classes.matrix(), v.faults.matrix(), v.reasons.list())
}
