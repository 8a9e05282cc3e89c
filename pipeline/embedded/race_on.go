//go:build race

package embedded

// raceDetector says that this binary was built with -race. Such a binary never
// hosts ClickHouse: the detector and the engine both want the same memory.
const raceDetector = true
