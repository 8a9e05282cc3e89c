package process

// recentCells is how many cells a generation of recent holds. What happens to a
// message happens to it within moments, so a few thousand are enough to spare
// most look-ups; a cell is some kilobytes.
var recentCells = 2048 // tests make it smaller

// recent keeps the cells that were used last, as they stand in the store. There
// are two generations; the older one is dropped when the younger one is full.
type recent struct {
	young, old map[string]*cell
}

// take returns a cell and forgets it, for it is about to change; nil when it is
// not there.
func (r *recent) take(key []byte) *cell {
	for _, m := range []map[string]*cell{r.young, r.old} {
		if c := m[string(key)]; c != nil {
			delete(m, string(key))
			return c
		}
	}
	return nil
}

func (r *recent) put(c *cell) {
	if len(r.young) >= recentCells {
		r.old, r.young = r.young, r.old
		clear(r.young)
	}
	if r.young == nil {
		r.young = make(map[string]*cell, recentCells)
	}
	r.young[c.key] = c
}
