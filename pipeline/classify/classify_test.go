package classify

import "testing"

func TestEmbedded(t *testing.T) {
	r, err := compile(file{"rules.txt", embedded})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d rules, %d literals, %d states", len(r.rules), len(r.words.literals), len(r.words.ends))
}
