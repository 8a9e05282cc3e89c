package process

import "testing"

// Wiping a partition spares what else is kept in the store.
func TestNoPartitionHasLetters(t *testing.T) {
	if first := partitionPrefix(maxPartitions - 1)[0]; first >= 'A' {
		t.Errorf("the last partition's keys begin with %q", first)
	}
	if hadKey[0] < 'A' {
		t.Errorf("%q is like a partition's key", hadKey)
	}
	if err := checkPartitions([]int{0, maxPartitions - 1}); err != nil {
		t.Error(err)
	}
	if err := checkPartitions([]int{maxPartitions}); err == nil {
		t.Error("a partition may have keys that begin with a letter")
	}
}
