package cli

import (
	"fmt"
	"io"

	"github.com/schollz/progressbar/v3"
)

// bar shows a replay's progress on a terminal, and nothing elsewhere.
type bar struct {
	w   io.Writer
	bar *progressbar.ProgressBar
}

func (e *env) progress() *bar {
	if !isTerminal(e.err) {
		return &bar{}
	}
	return &bar{w: e.err}
}

func (b *bar) tell(read, total, lines uint64, what string) {
	if b.w == nil {
		return
	}
	if b.bar == nil {
		b.bar = progressbar.NewOptions64(int64(total), progressbar.OptionSetWriter(b.w), progressbar.OptionShowBytes(true),
			progressbar.OptionSetWidth(30), progressbar.OptionClearOnFinish(), progressbar.OptionSetElapsedTime(true))
	}
	b.bar.Describe(fmt.Sprintf("%s, %d lines", what, lines))
	_ = b.bar.Set64(int64(min(read, total))) // a bar that cannot be drawn is no error
}

func (b *bar) done() {
	if b.bar != nil {
		_ = b.bar.Clear()
	}
}
