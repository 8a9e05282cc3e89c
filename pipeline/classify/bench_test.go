package classify

import "testing"

// BenchmarkReply judges the replies of testdata, one after another, each as if it
// had never been seen: nothing is remembered between them.
func BenchmarkReply(b *testing.B) {
	var all []*Said
	size := 0
	for _, l := range append(corpus(b, "replies.ndjson"), corpus(b, "unseen.ndjson")...) {
		all = append(all, l.said())
		size += len(l.Text)
	}
	rules := Default()
	b.SetBytes(int64(size / len(all)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		rules.Reply(all[i%len(all)])
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "replies/s")
}

// BenchmarkFingerprint makes the fingerprints of the same replies.
func BenchmarkFingerprint(b *testing.B) {
	all := corpus(b, "unseen.ndjson")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		all[i%len(all)].said().Fingerprint()
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "replies/s")
}

// BenchmarkCompile makes the automaton, which each process does once.
func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		if _, err := New("rules.txt", nil); err != nil {
			b.Fatal(err)
		}
	}
}

func TestReplyDoesNotAllocate(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector has pools forget at random")
	}
	rules := Default()
	all := append(corpus(t, "replies.ndjson"), corpus(t, "unseen.ndjson")...)
	for i := range all {
		said := all[i].said()
		if n := testing.AllocsPerRun(10, func() { rules.Reply(said); said.Fingerprint() }); n > 0 {
			t.Errorf("%v allocations for %q", n, said.Text)
		}
	}
}
