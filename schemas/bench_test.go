package schemas

import "testing"

func BenchmarkEventDecode(b *testing.B) {
	ev := sampleEvent()
	value, err := NewEncoder().Event(&ev)
	if err != nil {
		b.Fatal(err)
	}
	d := NewDecoder()
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := d.Record(value, &ev); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSnapshot(b *testing.B) {
	s := sampleTypical()
	e, d := NewEncoder(), NewDecoder()
	value, err := e.Snapshot(&s)
	if err != nil {
		b.Fatal(err)
	}
	for name, do := range map[string]func() error{
		"encode": func() error { _, err := e.Snapshot(&s); return err },
		"decode": func() error { return d.Snapshot(value, &s) },
		"due":    func() error { return d.Due(value, &s) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
