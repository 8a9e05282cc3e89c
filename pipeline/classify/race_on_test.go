//go:build race

package classify

// raceDetector says whether the tests run under it.
const raceDetector = true
