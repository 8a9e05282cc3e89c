package stamp

import "testing"

// FuzzAgain reads a line behind another one. The clock remembers the stamp before,
// which must make no difference.
func FuzzAgain(f *testing.F) {
	const first = "2026-11-21T23:20:20.123456+02:00 mx1"
	for _, second := range []string{
		first,
		"2026-11-21T23:20:20.654321+02:00 mx1",
		"2026-11-21T23:20:20.654321-02:00 mx1",
		"2026-11-21T23:20:20.65432Z+02:00 mx1",
		"2026-11-21T23:20:20.6543210+2:00 mx1",
		"2026-11-21T23:20:21.123456+02:00 mx1",
		"2026-11-21T23:20:20.123456+02:000 mx1",
		"2026-11-21 23:20:20.123456+02:00 mx1",
		"2026-11-21T23:20:20.12345",
	} {
		f.Add(first, second)
	}
	f.Add("2026-11-21T23:20:20.1Z mx1", "2026-11-21T23:20:20.2Z mx1")
	f.Add("2026-11-21T23:20:20.123Z mx1", "2026-11-21T23:20:20.987Z mx1")
	f.Add("2026-11-21T23:20:20Z mx1", "2026-11-21T23:20:20Z mx1")
	f.Add("2026-11-21 23:20:20 mx1", "2026-11-21 23:20:20 +0200 mx1")
	f.Add("Nov 21 23:20:20.5 mx1", "Nov 21 23:20:20.6 mx1")
	f.Fuzz(func(t *testing.T, first, second string) {
		used, fresh := New(Options{Year: 2026}), New(Options{Year: 2026})
		used.Scan([]byte(first))
		want, length := fresh.Scan([]byte(second))
		if ms, n := used.Scan([]byte(second)); ms != want || n != length {
			t.Errorf("%q behind %q: %d, of %d bytes; alone %d, of %d bytes", second, first, ms, n, want, length)
		}
	})
}
