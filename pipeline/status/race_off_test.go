//go:build !race

package status

// twinCases is how many random messages are told by the timeline and by its twin.
const twinCases = 100_000
