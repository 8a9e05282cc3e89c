package pages

import (
	"strings"
	"testing"

	"mailfate/schemas"
)

// The pages offer all kinds and reasons that there are to search by.
func TestKindsAreAllOffered(t *testing.T) {
	list, err := files.ReadFile(root + "/kinds.js")
	if err != nil {
		t.Fatal(err)
	}
	kinds, reasons, _ := strings.Cut(string(list), "export const reasons")
	for k := schemas.Kind(1); k < schemas.KindCount; k++ {
		if !strings.Contains(kinds, "'"+k.String()+"'") {
			t.Errorf("kinds.js lacks kind %s", k)
		}
	}
	for r := schemas.Reason(1); r < schemas.ReasonCount; r++ {
		if !strings.Contains(reasons, "'"+r.String()+"'") {
			t.Errorf("kinds.js lacks reason %s", r)
		}
	}
}
