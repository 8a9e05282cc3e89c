package kafkalog

import (
	"encoding/binary"
	"maps"
	"slices"
)

const (
	// holdingVersion begins the user data; other versions are taken for no claim.
	holdingVersion = 1
	// maxHolding bounds the user data in bytes: the coordinator stores that of all
	// members in one record. Partitions take a byte or two each, so what does not
	// fit belongs to no cluster that exists; such a member claims nothing.
	maxHolding = 64 << 10
)

// holding is what a member was assigned, and by which generation of its group.
type holding struct {
	generation int
	partitions map[string][]int
}

// encode writes the version and then, as varints, the generation, the number of
// topics and for each its name and partitions, as differences in their order.
func (h holding) encode() []byte {
	b := binary.AppendVarint([]byte{holdingVersion}, int64(h.generation))
	b = binary.AppendVarint(b, int64(len(h.partitions)))
	for _, topic := range slices.Sorted(maps.Keys(h.partitions)) {
		b = appendBytes(b, []byte(topic))
		b = binary.AppendVarint(b, int64(len(h.partitions[topic])))
		last := -1
		for _, p := range slices.Sorted(slices.Values(h.partitions[topic])) {
			b = binary.AppendVarint(b, int64(p-last))
			last = p
		}
	}
	if len(b) > maxHolding {
		return nil
	}
	return b
}

// decodeHolding reads what any member may have sent. What cannot be read is no
// claim at all.
func decodeHolding(data []byte) holding {
	if len(data) == 0 || len(data) > maxHolding || data[0] != holdingVersion {
		return holding{}
	}
	c := cursor{b: data[1:]}
	h := holding{generation: int(c.varint()), partitions: map[string][]int{}}
	for n := c.varint(); n > 0 && !c.bad; n-- {
		topic := string(c.bytes())
		last := int64(-1)
		for n := c.varint(); n > 0 && !c.bad; n-- {
			last += c.varint()
			h.partitions[topic] = append(h.partitions[topic], int(last))
		}
	}
	if c.bad || len(c.b) > 0 {
		return holding{}
	}
	return h
}
