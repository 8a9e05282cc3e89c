//go:build race

package status

// twinCases is how many random messages are told by the timeline and by its
// twin: few under the race detector, which makes each six times as slow.
const twinCases = 4_000
