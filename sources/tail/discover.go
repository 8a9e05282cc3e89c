package tail

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A File is one file of a set, as it was found.
type File struct {
	Path    string
	Size    int64
	ModTime time.Time
}

// A Set is what one stream is read from.
type Set struct {
	// Path is the absolute path of the file that is written to, whether or not it
	// is there, or of the Maildir; or Stdin. It names the stream.
	Path string
	// Maildir says that Path is a Maildir; Files is empty then.
	Maildir bool
	// Own says that the Maildir is ours alone: a mail is removed when what was made of
	// it is kept.
	Own bool
	// Mails says that the files hold mails: mbox files, or files of one mail each. A
	// Path that is a directory then stands for all files below it.
	Mails bool
	// Files are those that were named, oldest first. A follower reads the others of
	// the rotation, too, and may begin with none.
	Files []File
}

// Merge takes in the files of another set with the same path.
func (s *Set) Merge(other Set) {
	for _, f := range other.Files {
		if !slices.ContainsFunc(s.Files, func(have File) bool { return have.Path == f.Path }) {
			s.Files = append(s.Files, f)
		}
	}
	slices.SortFunc(s.Files, func(a, b File) int { return compareNames(a.Path, b.Path) })
}

// Rotation returns the set with all files that are of its rotation now, named or
// not. What cannot be listed is a problem of whoever reads it.
func Rotation(s Set) Set {
	if s.Maildir {
		return s
	}
	dir := filepath.Dir(s.Path)
	entries, _ := os.ReadDir(dir)
	var there Set
	for _, name := range rotation(s.Path, entries) {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			there.Files = append(there.Files, File{Path: path, Size: info.Size(), ModTime: info.ModTime()})
		}
	}
	s.Files = slices.Clone(s.Files)
	s.Merge(there)
	return s
}

// rotation returns the names of a directory that are of the rotation of a path.
func rotation(path string, entries []fs.DirEntry) (names []string) {
	base := filepath.Base(path)
	for _, e := range entries {
		if !hidden(e.Name()) && parseName(e.Name()).base == base {
			names = append(names, e.Name())
		}
	}
	return names
}

// Discover finds what paths name: files, patterns, and directories with all that
// is below them, hidden files left out. Files of one rotation make one set; a
// directory with cur, new and tmp is a Maildir. What is wrong with some paths is
// in the error (FileErrors, joined); the sets are good all the same.
func Discover(paths []string) ([]Set, error) {
	f := finder{files: make(map[string]File), maildirs: make(map[string]bool)}
	for _, p := range paths {
		f.path(p)
	}
	return f.sets(), errors.Join(f.errs...)
}

// DiscoverMails is Discover for paths of which it is known that mails are there: a
// directory is one set, but for the Maildirs in it.
func DiscoverMails(paths []string) ([]Set, error) {
	found, err := Discover(paths)
	var sets []Set
	seen := make(map[string]bool)
	add := func(s Set) {
		if !seen[s.Path] {
			seen[s.Path] = true
			sets = append(sets, s)
		}
	}
	for _, p := range paths {
		abs, failed := filepath.Abs(p)
		if resolved, err := filepath.EvalSymlinks(abs); failed == nil && err == nil && isFolder(resolved) {
			add(Set{Path: resolved, Mails: true})
		}
	}
	folders := len(sets)
	for _, s := range found {
		inFolder := slices.ContainsFunc(sets[:folders], func(f Set) bool { return strings.HasPrefix(s.Path, f.Path+string(filepath.Separator)) })
		if s.Mails = !s.Maildir; s.Maildir || !inFolder {
			add(s)
		}
	}
	return sets, err
}

// isFolder reports whether a path is a directory, and no Maildir.
func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir() && !isMaildir(path)
}

type finder struct {
	files    map[string]File // by absolute path
	maildirs map[string]bool
	errs     []error
}

func (f *finder) fail(op, path string, err error) { f.errs = append(f.errs, fileError(op, path, err)) }

// path takes in what a user wrote.
func (f *finder) path(p string) {
	if _, err := os.Lstat(p); err == nil || !strings.ContainsAny(p, "*?[") {
		f.named(p)
		return
	}
	matches, err := filepath.Glob(p)
	if err == nil && len(matches) == 0 {
		err = ErrNothingFound
	}
	if err != nil {
		f.errs = append(f.errs, &FileError{Op: "match", Path: p, Err: err, Hint: "check the pattern and the right to list its directory"})
		return
	}
	for _, m := range matches {
		if !hidden(filepath.Base(m)) {
			f.named(m)
		}
	}
}

// named takes in a file or directory that was named, so everything but a
// readable one is an error.
func (f *finder) named(p string) {
	abs, err := filepath.Abs(p)
	if err != nil {
		f.fail("find", p, err)
		return
	}
	info, err := os.Stat(abs)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.errs = append(f.errs, &FileError{Op: "open", Path: p, Err: ErrNothingFound, Hint: "check the path"})
	case err != nil:
		f.fail("open", p, err)
	case info.IsDir():
		// A trailing slash makes WalkDir follow a link to a directory.
		if resolved, err := filepath.EvalSymlinks(abs); err == nil {
			abs = resolved
		}
		f.directory(abs)
	case !info.Mode().IsRegular():
		f.errs = append(f.errs, &FileError{Op: "open", Path: p, Err: errors.New("neither a file nor a directory"), Hint: "name a regular file"})
	default:
		f.add(abs, info)
	}
}

func (f *finder) directory(root string) {
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			f.fail("list", p, err)
			return nil // the rest of the tree is read
		case p != root && hidden(d.Name()):
			if d.IsDir() {
				return fs.SkipDir
			}
		case d.IsDir():
			if isMaildir(p) {
				f.maildirs[p] = true
				return fs.SkipDir
			}
		default:
			if info, err := os.Stat(p); err == nil && info.Mode().IsRegular() {
				f.add(p, info)
			}
		}
		return nil
	})
	if err != nil {
		f.fail("list", root, err)
	}
}

func (f *finder) add(abs string, info fs.FileInfo) {
	f.files[abs] = File{Path: abs, Size: info.Size(), ModTime: info.ModTime()}
}

func (f *finder) sets() []Set {
	byPath := make(map[string]*Set)
	for abs, file := range f.files {
		dir, name := filepath.Split(abs)
		p := filepath.Join(dir, parseName(name).base)
		if byPath[p] == nil {
			byPath[p] = &Set{Path: p}
		}
		byPath[p].Files = append(byPath[p].Files, file)
	}
	sets := make([]Set, 0, len(byPath)+len(f.maildirs))
	for _, s := range byPath {
		slices.SortFunc(s.Files, func(a, b File) int { return compareNames(a.Path, b.Path) })
		sets = append(sets, *s)
	}
	for dir := range f.maildirs {
		sets = append(sets, Set{Path: dir, Maildir: true})
	}
	slices.SortFunc(sets, func(a, b Set) int { return cmp.Compare(a.Path, b.Path) })
	return sets
}

// compareNames orders files of one set, oldest first.
func compareNames(a, b string) int {
	return cmp.Or(
		parseName(filepath.Base(a)).compare(parseName(filepath.Base(b))),
		cmp.Compare(a, b),
	)
}

func hidden(name string) bool { return strings.HasPrefix(name, ".") }

// isMaildir reports whether dir is a mailbox after the Maildir convention.
// Folders in it (.Sent) are mailboxes of their own, but hidden.
func isMaildir(dir string) bool {
	for _, sub := range []string{"cur", "new", "tmp"} {
		if info, err := os.Stat(filepath.Join(dir, sub)); err != nil || !info.IsDir() {
			return false
		}
	}
	return true
}
