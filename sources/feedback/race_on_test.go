//go:build race

package feedback

import "time"

// bombTime is what a hostile mail may take of a processor, which the race detector
// needs as well.
const bombTime = 4 * time.Second

// raced says that the race detector watches.
const raced = true
