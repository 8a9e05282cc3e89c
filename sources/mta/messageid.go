package mta

import (
	"bytes"

	"mailfate/schemas"
	"mailfate/sources"
)

// HasMessageID reports whether a header's value names a message: whether anything
// is left of it as identities hold it (schemas.CleanMessageID).
func HasMessageID(value []byte) bool {
	value = bytes.TrimSpace(value)
	return len(bytes.TrimSuffix(bytes.TrimPrefix(value, []byte{'<'}), []byte{'>'})) > 0
}

// Name returns the message id of a Message-ID as identities hold it: what
// MessageID takes out of it, or all of it.
func (o *Options) Name(messageID string) string {
	return sources.OwnMessageID(o.MessageID, schemas.CleanMessageID(messageID))
}
