package api

import (
	"encoding/base64"
	"encoding/binary"
	"time"
)

// A cursor is a Position, and so any server takes it, and nothing else is in it:
// whose changes are shown is the key's to say. It is taken in its one form.
const cursorBytes = 17

// cursorVersion is the first byte.
const cursorVersion = 1

// lastMilli is the last instant that the tables can hold.
const lastMilli = 4_291_747_199_999 // the end of 2105

var cursorCode = base64.RawURLEncoding.Strict()

func (p Position) cursor() string {
	b := make([]byte, 1, cursorBytes)
	b[0] = cursorVersion
	b = binary.BigEndian.AppendUint64(b, uint64(p.Time.UnixMilli()))
	return cursorCode.EncodeToString(binary.BigEndian.AppendUint64(b, p.Key))
}

func parseCursor(s string) (p Position, err error) {
	if s == "" {
		return p, nil
	}
	b, err := cursorCode.DecodeString(s)
	if err != nil || len(b) != cursorBytes || b[0] != cursorVersion || len(s) != cursorCode.EncodedLen(cursorBytes) {
		return p, invalid("cursor is not one of this feed's")
	}
	at := binary.BigEndian.Uint64(b[1:])
	if at > lastMilli {
		return p, invalid("cursor is not one of this feed's")
	}
	return Position{time.UnixMilli(int64(at)).UTC(), binary.BigEndian.Uint64(b[9:])}, nil
}
