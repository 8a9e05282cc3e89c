package embedded

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// LibraryEnv names the environment variable that holds libchdb.so's path.
	LibraryEnv = "MAILFATE_CHDB"

	libraryName = "libchdb.so"
	// libraryInstalled is where npm puts the library, below a checkout's root.
	libraryInstalled = "pipeline/embedded/npm/node_modules/@chdb/lib-linux-x64-gnu/" + libraryName
	// minMajor and minMinor are the oldest ClickHouse that our tables work on.
	minMajor, minMinor = 26, 7
	// versionTimeout bounds the call that asks a binary for its version.
	versionTimeout = 10 * time.Second
)

// MissingError says that there is no ClickHouse to start, and what to do.
type MissingError struct {
	Looked []string // where it was looked for and why each place did not do
}

// Error lists the remedies first, then the places.
func (e *MissingError) Error() string {
	return "find ClickHouse: none here; run `make deps` (or `npm ci --prefix pipeline/embedded/npm`, linux/x64 with glibc), " +
		"or put a `clickhouse` binary of version 26.7 or newer on PATH, or name a server with --clickhouse; looked at: " +
		strings.Join(e.Looked, "; ")
}

// engine is a ClickHouse that can be started: a binary or a library.
type engine struct {
	binary  string
	library string
}

// findEngine prefers a named library, then a binary on PATH, then a library
// in the usual places.
func findEngine(ctx context.Context, library string) (engine, error) {
	if library != "" {
		return namedLibrary(library, "the option")
	}
	if env := os.Getenv(LibraryEnv); env != "" {
		return namedLibrary(env, LibraryEnv)
	}
	var looked []string
	path, why := findBinary(ctx)
	if path != "" {
		return engine{binary: path}, nil
	}
	looked = append(looked, why)
	if !canHost {
		looked = append(looked, "libchdb.so is for linux/amd64 only, this is "+runtime.GOOS+"/"+runtime.GOARCH)
		return engine{}, &MissingError{Looked: looked}
	}
	for _, p := range libraryPlaces() {
		if isFile(p) {
			return engine{library: p}, nil
		}
		looked = append(looked, "no "+p)
	}
	return engine{}, &MissingError{Looked: looked}
}

func namedLibrary(path, by string) (engine, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return engine{}, fmt.Errorf("find ClickHouse library %s: %w", path, err)
	}
	if !isFile(abs) {
		return engine{}, &MissingError{Looked: []string{"no file " + abs + ", named by " + by}}
	}
	if !canHost {
		return engine{}, &MissingError{Looked: []string{abs + " needs linux/amd64"}}
	}
	return engine{library: abs}, nil
}

// libraryPlaces lists where the library can be: beside the executable, and
// where npm puts it below the executable's folder, the working directory or one
// of its parents.
func libraryPlaces() []string {
	var places []string
	if exe, err := os.Executable(); err == nil {
		if target, err := filepath.EvalSymlinks(exe); err == nil {
			exe = target
		}
		dir := filepath.Dir(exe)
		places = append(places, filepath.Join(dir, libraryName), filepath.Join(dir, libraryInstalled))
	}
	dir, err := os.Getwd()
	if err != nil {
		return places
	}
	for {
		places = append(places, filepath.Join(dir, libraryInstalled))
		parent := filepath.Dir(dir)
		if parent == dir {
			return slices.Compact(places) // often run where it is
		}
		dir = parent
	}
}

func isFile(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.Mode().IsRegular()
}

// findBinary returns the clickhouse on PATH, or why it does not do.
func findBinary(ctx context.Context) (path, why string) {
	path, err := exec.LookPath("clickhouse")
	if err != nil {
		return "", "no clickhouse on PATH"
	}
	ctx, cancel := context.WithTimeout(ctx, versionTimeout)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, "local", "--version").Output()
	if err != nil {
		return "", fmt.Sprintf("%s does not tell its version: %v", path, err)
	}
	major, minor, ok := parseVersion(string(out))
	if !ok {
		return "", path + " does not tell its version"
	}
	if major < minMajor || major == minMajor && minor < minMinor {
		return "", fmt.Sprintf("%s is %d.%d, older than %d.%d", path, major, minor, minMajor, minMinor)
	}
	return path, ""
}

var versionPattern = regexp.MustCompile(`version (\d{1,4})\.(\d{1,4})\b`)

// parseVersion reads what clickhouse --version prints, as in "ClickHouse local version 26.7.3.1 (official build).".
func parseVersion(s string) (major, minor int, ok bool) {
	m := versionPattern.FindStringSubmatch(s)
	if m == nil {
		return 0, 0, false
	}
	major, _ = strconv.Atoi(m[1]) // four digits at most: cannot fail
	minor, _ = strconv.Atoi(m[2])
	return major, minor, true
}
