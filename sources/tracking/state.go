package tracking

import "fmt"

// lineKey is what the keys of all entries begin with: those of sources.LineHash.
const lineKey = 'l'

// Changes hands out what changed in the parser's state.
func (p *Parser) Changes(put func(key, value []byte) error) error {
	return p.lines.Changes([]byte{lineKey}, put)
}

// Load takes back one entry that Changes wrote.
func (p *Parser) Load(key, value []byte) error {
	if len(key) == 0 || key[0] != lineKey {
		return fmt.Errorf("load state entry %q: unknown; it is another parser's or a newer version's: start again without it", key)
	}
	return p.lines.Load(key[1:], value)
}
