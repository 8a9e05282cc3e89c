package embedded

import "testing"

func FuzzScanSegment(f *testing.F) {
	one := marker{offset: 7, pid: 1, epoch: 2, commit: true, at: 3}.batch()
	two := marker{offset: 8, pid: 1, epoch: 2, at: 3}.batch()
	f.Add([]byte(nil))
	f.Add(append(one, two...))
	f.Add(append(one, two[:70]...))
	f.Fuzz(func(t *testing.T, data []byte) {
		bytes, batches, end := 0, 0, int64(-1)
		s := scanSegment(data, func(b batchInfo) {
			if b.base < end || b.last < b.base || b.size < batchHead {
				t.Errorf("batch %+v after offset %d", b, end)
			}
			bytes, batches, end = bytes+b.size, batches+1, b.last+1
		})
		if s.good != bytes || s.batches != batches || s.end != end || s.good > len(data) {
			t.Errorf("scan %+v, but %d bytes, %d batches, end %d", s, bytes, batches, end)
		}
		if (s.err == nil) != (s.good == len(data)) {
			t.Errorf("%d of %d bytes are good, and the error is %v", s.good, len(data), s.err)
		}
	})
}

func FuzzDecodeIntent(f *testing.F) {
	whole := intent{set: true, commit: true, epoch: -3, pid: 1 << 60}.encode()
	f.Add(whole[:])
	f.Add(whole[:9])
	f.Fuzz(func(t *testing.T, data []byte) {
		i := decodeIntent(data)
		if !i.set {
			return
		}
		if again := i.encode(); decodeIntent(again[:]) != i {
			t.Errorf("%+v does not survive a round", i)
		}
	})
}
