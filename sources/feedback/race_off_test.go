//go:build !race

package feedback

import "time"

// bombTime is what a hostile mail may take of a processor.
const bombTime = 2 * time.Second

// raced says that the race detector watches.
const raced = false
