package app

import (
	"slices"

	"mailfate/schemas"
	"mailfate/sources/feedback"
	"mailfate/sources/mta/exim"
	"mailfate/sources/mta/kumomta"
	"mailfate/sources/mta/postfix"
	"mailfate/sources/mta/powermta"
	"mailfate/sources/mta/sendmail"
	"mailfate/sources/platform"
	"mailfate/sources/stray"
	"mailfate/sources/tracking"
)

// recognisers say what a sample is: the first that knows it, for the last ones take
// more for theirs. More than one may know the lines of a log that several programs
// write.
var recognisers = []struct {
	as    schemas.SourceType
	knows func(sample []byte) bool
}{
	{schemas.SourcePowerMTA, powermta.Recognises},
	{schemas.SourceKumoMTA, kumomta.Recognises},
	{schemas.SourcePlatform, platform.Recognises},
	{schemas.SourceTracking, tracking.Recognises},
	{schemas.SourcePostfix, postfix.Recognises},
	{schemas.SourceExim, exim.Recognises},
	{schemas.SourceSendmail, sendmail.Recognises},
	{schemas.SourceARF, feedback.Recognises},
}

// knows returns what tells of which other types the source's lines are. Types that
// its path is read as besides are none of them, nor are any of mails.
func (s *Source) knows() stray.Knows {
	if s.Type == schemas.SourceARF {
		return nil
	}
	return func(sample []byte) (types []string) {
		for _, r := range recognisers {
			if r.as != schemas.SourceARF && r.as != s.Type && !slices.Contains(s.Besides, r.as) && r.knows(sample) {
				types = append(types, r.as.String())
			}
		}
		return types
	}
}

// NameBesides tells each source what else its path is read as.
func NameBesides(srcs []Source) {
	byPath := map[string][]schemas.SourceType{}
	for _, s := range srcs {
		byPath[s.Set.Path] = append(byPath[s.Set.Path], s.Type)
	}
	for i := range srcs {
		srcs[i].Besides = byPath[srcs[i].Set.Path]
	}
}
