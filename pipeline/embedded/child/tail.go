package child

import (
	"os"
	"strings"
)

// Tail returns the end of a log, of most bytes at most, as valid text; nothing
// when there is none.
func Tail(path string, most int64) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return ""
	}
	buf := make([]byte, min(st.Size(), most))
	n, _ := f.ReadAt(buf, st.Size()-int64(len(buf)))
	return strings.ToValidUTF8(strings.TrimSpace(string(buf[:n])), "�")
}
