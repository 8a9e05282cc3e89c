package tail

import (
	"os"
	"testing"

	"mailfate/sources"
)

// catchUp has a follower that was down for two rotations see another one between
// listing the files and reading them.
func catchUp(t *testing.T, rotate func(dir, live string), want ...string) {
	dir := t.TempDir()
	live := write(t, dir+"/mail.log", "a\n")
	s := store{}
	f := follow(t, s, live, soon)
	f.untilLines(1)
	f.settle()
	s.save(t, f.r)
	_ = f.r.Close()
	got := f.got
	appendTo(t, live, "b\n") // down for two rotations
	rename(t, live, dir+"/mail.log.2")
	write(t, dir+"/mail.log.1", "c\n")
	write(t, live, "d\n")
	f = follow(t, s, live, soon)
	f.r.Next(func(l sources.Line) { f.got = append(f.got, string(l.Data)) }) // plans, opens the oldest
	rotate(dir, live)
	for range 5 {
		f.settle()
	}
	wantLines(t, append(got, f.got...), want)
}

func TestRotationWhileCatchingUp(t *testing.T) {
	catchUp(t, func(dir, live string) {
		rename(t, dir+"/mail.log.2", dir+"/mail.log.3")
		rename(t, dir+"/mail.log.1", dir+"/mail.log.2")
		rename(t, live, dir+"/mail.log.1")
		write(t, live, "e\n")
	}, "a", "b", "c", "d", "e")
}

func TestCompressionWhileCatchingUp(t *testing.T) {
	catchUp(t, func(dir, _ string) {
		write(t, dir+"/mail.log.1.gz", gz(t, "c\n"))
		_ = os.Remove(dir + "/mail.log.1")
	}, "a", "b", "c", "d")
}

// copytruncate keeps the live file's inode; so does a file system that reuses inodes.
func TestBeginningIsForgottenOnceMoreIsKnown(t *testing.T) {
	for name, first := range map[string]string{"empty at first": "", "not empty at first": "a\n"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			live := write(t, dir+"/mail.log", first)
			s := store{}
			f := follow(t, s, live, soon)
			if first == "" {
				appendTo(t, live, "a\n")
			}
			f.untilLines(1)
			f.settle()
			s.save(t, f.r)
			_ = f.r.Close()
			got := f.got
			// down for two rotations by copytruncate
			write(t, dir+"/mail.log.2", "a\nb\n")
			write(t, dir+"/mail.log.1", "c\n")
			write(t, live, "d\n")
			f = follow(t, s, live, soon)
			for range 5 {
				f.settle()
			}
			wantLines(t, append(got, f.got...), []string{"a", "b", "c", "d"})
		})
	}
}

// TestAnInodeUsedAgainWhileCatchingUp rotates while older files are still to be
// read, so that a name and an inode mean another file when it is opened.
func TestAnInodeUsedAgainWhileCatchingUp(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/mail.log.2", "a\n")
	write(t, dir+"/mail.log.1", "b1\nb2\n")
	write(t, dir+"/mail.log", "d\n")
	f := follow(t, store{}, dir+"/mail.log", soon)
	f.untilLines(1)
	rename(t, dir+"/mail.log.2", dir+"/mail.log.3")
	write(t, dir+"/mail.log.2", "b1\nb2\n")
	write(t, dir+"/mail.log.1", "c\n") // in place
	f.untilLines(5)
	f.settle()
	wantLines(t, f.got, []string{"a", "b1", "b2", "c", "d"})
}
