package clickhouse

// A column is one column of rows that wait to be inserted. Its memory is kept
// from batch to batch.
type column interface {
	len() int
	// values returns rows as the slice that the driver appends to the insert. It
	// is valid until the next call.
	values(from, to int) any
	// merge adds the rows of a column of the same type.
	merge(other column)
	reset()
}

// number is a column of fixed-size values.
type number[T uint8 | uint16 | uint32 | uint64 | int64] struct{ list []T }

func (c *number[T]) add(v T)                 { c.list = append(c.list, v) }
func (c *number[T]) len() int                { return len(c.list) }
func (c *number[T]) values(from, to int) any { return c.list[from:to] }
func (c *number[T]) reset()                  { c.list = c.list[:0] }
func (c *number[T]) merge(other column) {
	c.list = append(c.list, other.(interface{ numbers() []T }).numbers()...)
}
func (c *number[T]) numbers() []T { return c.list }

// boolean is a column of truths.
type boolean struct{ list []bool }

func (c *boolean) add(v bool)              { c.list = append(c.list, v) }
func (c *boolean) len() int                { return len(c.list) }
func (c *boolean) values(from, to int) any { return c.list[from:to] }
func (c *boolean) reset()                  { c.list = c.list[:0] }
func (c *boolean) merge(other column)      { c.list = append(c.list, other.(*boolean).list...) }

// text is a column of strings, which may be any bytes.
type text struct{ list []string }

func (c *text) add(v string)            { c.list = append(c.list, v) }
func (c *text) len() int                { return len(c.list) }
func (c *text) values(from, to int) any { return c.list[from:to] }
func (c *text) merge(other column)      { c.list = append(c.list, other.(*text).list...) }

func (c *text) reset() {
	clear(c.list) // the strings must not outlive their batch
	c.list = c.list[:0]
}

// texts is a column of lists of strings.
type texts struct{ list [][]string }

func (c *texts) add(v []string)          { c.list = append(c.list, v) }
func (c *texts) len() int                { return len(c.list) }
func (c *texts) values(from, to int) any { return c.list[from:to] }
func (c *texts) merge(other column)      { c.list = append(c.list, other.(*texts).list...) }

func (c *texts) reset() {
	clear(c.list)
	c.list = c.list[:0]
}

// maxInstant is the last millisecond that fits every type of time that the
// tables use: DateTime, which cohorts are, ends in 2106. Beyond it, and before
// 1970, ClickHouse would wrap around silently.
const maxInstant = (1<<32)*1000 - 1

func instant(ms int64) int64 { return min(max(ms, 0), maxInstant) }

// when is a column of times in ms that are always known.
type when struct{ number[int64] }

func (c *when) add(ms int64) { c.number.add(instant(ms)) }

// moment is a column of times in ms that are kept by the second.
type moment struct{ number[int64] }

func (c *moment) add(ms int64) { c.number.add(instant(ms) / 1000) }

// whenever is a column of times in ms of which 0, for never, becomes NULL.
type whenever struct {
	list     []int64
	pointers []*int64
}

func (c *whenever) add(ms int64)       { c.list = append(c.list, instant(ms)) }
func (c *whenever) len() int           { return len(c.list) }
func (c *whenever) merge(other column) { c.list = append(c.list, other.(*whenever).list...) }
func (c *whenever) reset()             { c.list = c.list[:0] }

func (c *whenever) values(from, to int) any {
	c.pointers = c.pointers[:0]
	for i := from; i < to; i++ {
		p := &c.list[i]
		if *p == 0 {
			p = nil
		}
		c.pointers = append(c.pointers, p)
	}
	return c.pointers
}
