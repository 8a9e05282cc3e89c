// Package topic reads streams from Kafka topics to which others write: one
// stream for each partition, whose records are lines.
//
// Use: [Open] makes a tail.Reader of a partition; everything else is as with
// files. The position is an offset, kept like that of a file in the checkpoint of
// the stream, not in a consumer group.
//
// It guarantees:
//
//   - Every record that was committed is handed out once, in the partition's order,
//     a record of several lines line by line. What was aborted is not.
//   - Where records were deleted before they were read, it goes on with the oldest
//     that there is; which are missing is in Problems, for good.
//   - A topic that was made anew is read from its beginning, and that is in Problems.
//
// Left out on purpose: partitions that are added while it runs, which the next
// start finds, and formats whose lines need the lines before them: a topic's
// records are spread over partitions.
package topic

import (
	"fmt"
	"slices"
	"strings"

	"mailfate/schemas"
)

// scheme begins the path of a topic among the paths of files.
const scheme = "kafka:"

// Parse returns the topic that a path names, as in kafka:TOPIC.
func Parse(path string) (topic string, ok bool) { return strings.CutPrefix(path, scheme) }

// maxName is the longest name that Kafka allows.
const maxName = 249

// Check says why a topic of that name cannot be read with a type of source.
func Check(topic string, t schemas.SourceType) error {
	switch {
	case topic == "" || len(topic) > maxName || strings.Trim(topic, ".") == "" || strings.ContainsFunc(topic, notInName):
		return fmt.Errorf("%q is no name of a topic; use letters, digits, dots, hyphens and underscores", topic)
	case slices.ContainsFunc(schemas.Topics(), func(own schemas.Topic) bool { return own.Name == topic }):
		return fmt.Errorf("%s is written by mailfate itself; name a topic of another program", topic)
	case t == schemas.SourceNone:
		return fmt.Errorf("it is not said what its records are; name the type, as in %s:%s%s", schemas.SourceKumoMTA, scheme, topic)
	case t != schemas.SourceKumoMTA && t != schemas.SourcePlatform:
		return fmt.Errorf("%s lines are understood by those before them, which are in other partitions; only %s and %s are read from topics",
			t, schemas.SourceKumoMTA, schemas.SourcePlatform)
	}
	return nil
}

func notInName(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
		return false
	}
	return true
}
