package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/feedback"
	"mailfate/sources/imap"
	"mailfate/sources/mta"
	"mailfate/sources/mta/exim"
	"mailfate/sources/mta/kumomta"
	"mailfate/sources/mta/postfix"
	"mailfate/sources/mta/powermta"
	"mailfate/sources/mta/sendmail"
	"mailfate/sources/platform"
	"mailfate/sources/publish"
	"mailfate/sources/tail"
	"mailfate/sources/topic"
	"mailfate/sources/tracking"
	"mailfate/sources/tracking/token"
)

// Settings says how one type of source is to be read.
type Settings struct {
	Stream    string                               // the stream's name; "" for one made of type and path
	Host      string                               // replaces or completes what the lines say
	Location  *time.Location                       // of stamps without a zone; nil: UTC
	Year      int                                  // of stamps without a year; 0: from the file's date
	MessageID func(messageID string) string        // takes the platform's id out of a Message-ID; may be nil
	Account   func(sender, saslUser string) string // may be nil
	Remember  time.Duration                        // a queue id after its last line; 0: 14 days
	MaxOpen   int                                  // queue ids in memory; 0: a million
	Patterns  []tracking.Pattern                   // of tracking paths; nil: the default ones
	Keys      *token.Keys                          // of signed tracking paths; nil: there are none
	IDKeys    feedback.Keys                        // that our mails' ids are signed with
	Addresses feedback.AddressPatterns             // of our envelope addresses, in reports
}

// Source is one stream to read, or a Kafka topic, of which each partition is one.
type Source struct {
	Type     schemas.SourceType
	Set      tail.Set // of a topic only the path, kafka:TOPIC
	Settings Settings
	Besides  []schemas.SourceType // what its path is read as, this and others; see NameBesides

	IMAP   *imap.Options // of a mailbox on a server, whose name the path is; else nil
	Listen string        // where mails are taken that go into the set's Maildir; "": nowhere
}

// FromIMAP is a mailbox on a server.
func FromIMAP(o imap.Options, settings Settings) Source {
	return Source{Type: schemas.SourceARF, Set: tail.Set{Path: o.Name()}, Settings: settings, IMAP: &o}
}

// FromListener is what arrives at a URL, and lies below a data directory until it
// was read.
func FromListener(url, dir string, settings Settings) (Source, error) {
	path, err := filepath.Abs(filepath.Join(dir, "spool", strings.NewReplacer("://", "-", ":", "-").Replace(url)))
	if err != nil {
		return Source{}, fmt.Errorf("find spool: %w", err)
	}
	set := tail.Set{Path: path, Maildir: true, Own: true}
	return Source{Type: schemas.SourceARF, Set: set, Settings: settings, Listen: url}, nil
}

// Name is the stream's name, under which its checkpoint is kept.
func (s *Source) Name() string {
	if s.Settings.Stream != "" {
		return s.Settings.Stream
	}
	return publish.Name(s.Type, s.Set)
}

// Argument is a path as a user names it on the command line: [TYPE:]PATH.
type Argument struct {
	Type schemas.SourceType // SourceNone: the content decides
	Path string
}

// ParseArgument reads [TYPE:]PATH; the path - is standard input.
func ParseArgument(arg string) Argument {
	if name, path, ok := strings.Cut(arg, ":"); ok {
		if t, known := schemas.ParseSourceType(name); known {
			return Argument{t, path}
		}
	}
	return Argument{Path: arg}
}

// A Finder returns the sources that an argument names, each with its settings.
type Finder func(arg Argument, settings func(t schemas.SourceType, path string) Settings) ([]Source, error)

// FindToFollow is Find for streams that may begin later. Who follows a log
// follows it through its rotations, so the rotated files beside it are taken in,
// whether they are named or not: what a later line is about may be told in them.
// A path that is not there yet is a source if its type is said: for reports a
// Maildir, or a file if it is named so (.mbox, .mbx, .eml); else a file. A pattern
// that matches nothing yet is none, and so is a directory, which is told by the
// slash behind it: see FindNew.
func FindToFollow(arg Argument, settings func(t schemas.SourceType, path string) Settings) ([]Source, error) {
	if name, ok := topic.Parse(arg.Path); ok {
		return findTopic(arg, name, settings)
	}
	if arg.Path == tail.Stdin {
		return stdin(arg, settings)
	}
	if file, err := os.Stat(arg.Path); !errors.Is(err, fs.ErrNotExist) || arg.Type == schemas.SourceNone {
		found, findErr := find(arg, settings, tail.Rotation)
		if err == nil && findErr == nil && len(found) == 0 && file.Mode().IsRegular() {
			return nil, fmt.Errorf("recognise %s: it is empty; say what it will be, as in postfix:%s, and it is waited for", arg.Path, arg.Path)
		}
		return found, findErr
	}
	if isPattern(arg.Path) {
		found, err := find(arg, settings, tail.Rotation)
		if errors.Is(err, tail.ErrNothingFound) {
			return nil, nil
		}
		return found, err
	}
	if strings.HasSuffix(arg.Path, "/") && arg.Type != schemas.SourceARF {
		return nil, nil
	}
	path, err := filepath.Abs(arg.Path)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", arg.Path, err)
	}
	box := arg.Type == schemas.SourceARF
	file := slices.Contains([]string{".mbox", ".mbx", ".eml"}, filepath.Ext(arg.Path))
	set := tail.Rotation(tail.Set{Path: path, Maildir: box && !file, Mails: box && file})
	return []Source{{Type: arg.Type, Set: set, Settings: settings(arg.Type, path)}}, nil
}

// Find returns the sources that an argument names, with the files that it names
// and no others. What cannot be read, or is recognised as nothing, is in the
// error, by name; the sources are good all the same.
func Find(arg Argument, settings func(t schemas.SourceType, path string) Settings) ([]Source, error) {
	if arg.Path == tail.Stdin {
		return stdin(arg, settings)
	}
	return find(arg, settings, func(named tail.Set) tail.Set { return named })
}

// findTopic returns the source that kafka:TOPIC names. Whether the topic is there
// only the cluster knows.
func findTopic(arg Argument, name string, settings func(schemas.SourceType, string) Settings) ([]Source, error) {
	if err := topic.Check(name, arg.Type); err != nil {
		return nil, fmt.Errorf("find %s: %w", arg.Path, err)
	}
	return []Source{{Type: arg.Type, Set: tail.Set{Path: arg.Path}, Settings: settings(arg.Type, arg.Path)}}, nil
}

// stdin returns standard input as a source. It can be read only once, so its type
// is not told by its content.
func stdin(arg Argument, settings func(schemas.SourceType, string) Settings) ([]Source, error) {
	switch arg.Type {
	case schemas.SourceNone:
		return nil, errors.New("read standard input: it does not say what it is; write it in front, as in postfix:-")
	case schemas.SourceARF:
		return nil, errors.New("read standard input: reports are mails, which it does not tell apart; name a mailbox")
	}
	return []Source{{Type: arg.Type, Set: tail.Set{Path: tail.Stdin}, Settings: settings(arg.Type, tail.Stdin)}}, nil
}

func find(arg Argument, settings func(schemas.SourceType, string) Settings, all func(named tail.Set) tail.Set) ([]Source, error) {
	if name, ok := topic.Parse(arg.Path); ok {
		return findTopic(arg, name, settings)
	}
	sets, err := discover(arg)
	found, recogniseErr := asSources(arg, sets, settings, all)
	return found, errors.Join(err, recogniseErr)
}

// discover returns what an argument names: a directory is all its files or, where
// mails are said to be there, one.
func discover(arg Argument) ([]tail.Set, error) {
	if arg.Type == schemas.SourceARF {
		return tail.DiscoverMails([]string{arg.Path})
	}
	return tail.Discover([]string{arg.Path})
}

// asSources makes sources of what an argument names, of the type that it says or
// else each of that of its content.
func asSources(arg Argument, sets []tail.Set, settings func(schemas.SourceType, string) Settings, all func(named tail.Set) tail.Set) (found []Source, err error) {
	var errs []error
	for _, set := range sets {
		set = all(set)
		t := arg.Type
		if t == schemas.SourceNone {
			if t, err = recognise(set); err != nil {
				errs = append(errs, leftOut(arg, err))
				continue
			}
		}
		if t != schemas.SourceNone {
			set.Mails = t == schemas.SourceARF && !set.Maildir
			found = append(found, Source{Type: t, Set: set, Settings: settings(t, set.Path)})
		}
	}
	return found, errors.Join(errs...)
}

// recognise tells a stream's type by its content; SourceNone for an empty one.
func recognise(set tail.Set) (schemas.SourceType, error) {
	if set.Maildir {
		return schemas.SourceARF, nil
	}
	sample, err := set.Sample()
	if err != nil || len(sample) == 0 {
		return schemas.SourceNone, err
	}
	for _, r := range recognisers {
		if r.knows(sample) {
			return r.as, nil
		}
	}
	what := errUnknown
	if tail.LooksBinary(sample) {
		what = fmt.Errorf("%w: it is a binary file", errUnknown)
	}
	return schemas.SourceNone, fmt.Errorf("recognise %s: %w; say what it is, as TYPE:%s", set.Path, what, set.Path)
}

// Parser returns a new parser for the source's beginning, as it is now.
func (s *Source) Parser() sources.Parser {
	o := s.Settings
	switch s.Type {
	case schemas.SourcePlatform:
		return platform.New(platform.Options{MessageID: o.MessageID})
	case schemas.SourceTracking:
		return tracking.New(tracking.Options{Host: o.Host, Location: o.Location, Patterns: o.Patterns, Keys: o.Keys, MessageID: o.MessageID})
	case schemas.SourceARF:
		return feedback.New(feedback.Options{Host: o.Host, MessageID: o.MessageID, Keys: o.IDKeys, Addresses: o.Addresses})
	}
	options := mta.Options{
		Host: o.Host, Location: o.Location, Year: o.Year, Reference: s.reference(), MessageID: o.MessageID, Account: o.Account,
		Lifetime: o.Remember, MaxOpen: o.MaxOpen,
	}
	switch s.Type {
	case schemas.SourcePowerMTA:
		return powermta.New(options)
	case schemas.SourceKumoMTA:
		return kumomta.New(options)
	case schemas.SourceExim:
		return exim.New(options)
	case schemas.SourceSendmail:
		return sendmail.New(options)
	}
	return postfix.New(options)
}

// reference is the date near which the stream's first stamps are taken to be:
// that of its oldest file. Of a follower that has run for long, the file may be
// gone, or another one.
func (s *Source) reference() time.Time {
	for _, f := range s.Set.Files {
		if info, err := os.Stat(f.Path); err == nil {
			return info.ModTime()
		}
	}
	return time.Now()
}
