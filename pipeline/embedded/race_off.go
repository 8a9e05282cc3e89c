//go:build !race

package embedded

// raceDetector says that this binary was built without -race.
const raceDetector = false
