package tail

import (
	"context"
	"os"
	"time"

	"mailfate/sources"
)

// Status says how far a reader has come.
type Status uint8

// The statuses.
const (
	// More: call Next again.
	More Status = iota
	// FileEnded: the lines so far were the last of a file; call Next again.
	FileEnded
	// Idle: everything that is there has been handed out.
	Idle
	// Again: an older copy was put back in place of what was handed out, so what
	// was made of it is no ground for what follows. All lines are handed out again,
	// the oldest first, as if nothing were known.
	Again
)

// Limits that Options do not change.
const (
	// defaultMaxLine is what a line may have; mail logs' lines have a few hundred bytes.
	defaultMaxLine = 1 << 20
	// defaultMaxMail is what a mail may have; a report that matters is far smaller.
	defaultMaxMail = 10 << 20
	// defaultPoll is how soon a change is seen that the kernel does not tell of.
	defaultPoll = time.Second
	// defaultGrace is how long a rotated file is watched for writers that have not
	// yet opened the new one.
	defaultGrace = 10 * time.Second
)

// Options of a reader; the zero value is right for a replay.
type Options struct {
	// Follow makes the reader look for what is added, also in new files of the set.
	Follow bool
	// Poll is how often a follower looks without having been told (default 1 s).
	Poll time.Duration
	// PollOnly does without the kernel's notifications, for network file systems.
	PollOnly bool
	// Grace is how long a rotated file is still watched (default 10 s).
	Grace time.Duration
	// MaxLine is the longest line in bytes (default 1 MiB).
	MaxLine int
	// MaxMail is the longest mail in bytes (default 10 MiB).
	MaxMail int
}

func (o Options) withDefaults() Options {
	if o.Poll <= 0 {
		o.Poll = defaultPoll
	}
	if o.Grace <= 0 {
		o.Grace = defaultGrace
	}
	if o.MaxLine <= 0 {
		o.MaxLine = defaultMaxLine
	}
	if o.MaxMail <= 0 {
		o.MaxMail = defaultMaxMail
	}
	return o
}

// Counts is what a reader counts, since it was opened.
type Counts struct {
	Lines uint64
	Bytes uint64 // line ends included
	Cut   uint64 // lines or mails that were too long
	Torn  uint64 // files whose last line is held back at this moment
}

// A Reader hands out a stream's lines.
type Reader interface {
	// Next calls fn for the lines of the next block, if there are any. Their Data
	// is valid during the call only.
	Next(fn func(sources.Line)) Status
	// Wait returns when something may have been added, when limit has passed, or
	// when ctx has ended, whose error it then returns.
	Wait(ctx context.Context, limit time.Duration) error
	// Counts returns what was counted so far.
	Counts() Counts
	// Problems returns what could not be read, by name.
	Problems() []error
	// Changes and Load keep the position, as in sources.State.
	sources.State
	// Close closes what is open.
	Close() error
}

// A Keeper is a Reader that has something to do when its position is safe. Keep is
// called after Changes and returns what is to be called, from any goroutine, when
// all that was made of the lines is acknowledged and what Changes handed out is
// kept; or nil.
type Keeper interface {
	Keep() func()
}

// Open returns a reader of the set. Files are opened by Next.
func Open(set Set, opts Options) Reader {
	opts = opts.withDefaults()
	if set.Path == Stdin {
		return newPipe(os.Stdin, opts)
	}
	if set.Maildir {
		return newMaildir(set, opts)
	}
	if set.Mails {
		return newMails(set, opts)
	}
	return newFiles(set, opts)
}
