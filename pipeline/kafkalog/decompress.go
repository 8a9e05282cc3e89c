package kafkalog

import (
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/s2"
	"github.com/segmentio/kafka-go/compress"
)

// maxBody limits what one batch may decompress to, and about what all batches of
// one answer may together: far above any batch that our
// limits let in, far below what a forged length could ask for.
const maxBody = 2 * maxBatchBytes

// xerialMagic begins the framed kind of Snappy that Java clients write.
var xerialMagic = []byte{0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0}

// decompressor undoes the compression of an answer's batches. Each goes into a
// buffer of its own, for its records stay valid until reset, which makes all
// buffers free to be used again.
type decompressor struct {
	bufs  [][]byte
	used  int // buffers taken since reset
	total int // bytes in them
}

func (d *decompressor) reset() { d.used, d.total = 0, 0 }

// full says that the rest of an answer had better be asked for again later.
func (d *decompressor) full() bool { return d.total >= maxBody }

// next takes a free buffer, and keep stores what became of it.
func (d *decompressor) next() []byte {
	if d.used == len(d.bufs) {
		d.bufs = append(d.bufs, nil)
	}
	d.used++
	return d.bufs[d.used-1]
}

func (d *decompressor) keep(b []byte) []byte {
	d.bufs[d.used-1] = b
	d.total += len(b)
	return b
}

func (d *decompressor) decode(h *batchHeader, body []byte) ([]byte, error) {
	codec := h.attributes & codecMask
	switch {
	case codec == codecNone:
		return body, nil
	case codec == codecSnappy && !bytes.HasPrefix(body, xerialMagic):
		return d.snappy(body)
	default:
		return d.stream(compress.Compression(codec), body)
	}
}

func (d *decompressor) snappy(body []byte) ([]byte, error) {
	n, err := s2.DecodedLen(body)
	if err != nil {
		return nil, fmt.Errorf("%w: snappy: %w", ErrCorrupt, err)
	}
	if n > maxBody {
		return nil, fmt.Errorf("%w: snappy: %d bytes, limit %d", ErrCorrupt, n, maxBody)
	}
	buf := d.next()
	if cap(buf) < n {
		buf = make([]byte, n)
	}
	out, err := s2.Decode(d.keep(buf[:n]), body)
	if err != nil {
		return nil, fmt.Errorf("%w: snappy: %w", ErrCorrupt, err)
	}
	return out, nil
}

// stream serves what other producers and compression.type of a topic may choose.
func (d *decompressor) stream(kind compress.Compression, body []byte) ([]byte, error) {
	codec := kind.Codec()
	if codec == nil {
		return nil, fmt.Errorf("%w: unknown compression %d", ErrCorrupt, kind)
	}
	r := codec.NewReader(bytes.NewReader(body))
	defer r.Close()
	out := bytes.NewBuffer(d.next()[:0])
	n, err := out.ReadFrom(io.LimitReader(r, maxBody+1))
	unpacked := d.keep(out.Bytes())
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrCorrupt, codec.Name(), err)
	}
	if n > maxBody {
		return nil, fmt.Errorf("%w: %s: more than %d bytes", ErrCorrupt, codec.Name(), maxBody)
	}
	return unpacked, nil
}
