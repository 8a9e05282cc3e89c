package kumomta

import (
	"bytes"

	"mailfate/sources/jsonline"
)

// Recognises reports whether a file that begins with sample is log records: its
// first line, which may be cut, is one of a documented type.
func Recognises(sample []byte) bool {
	line, _, whole := bytes.Cut(bytes.TrimPrefix(sample, []byte("\ufeff")), []byte("\n"))
	r := jsonline.NewReader(fields)
	if r.Read(line) != nil && whole {
		return false
	}
	switch string(r.Value(kind).Raw) {
	case "Reception", "Delivery", "Bounce", "TransientFailure", "Expiration", "AdminBounce", "OOB", "Feedback", "Rejection",
		"AdminRebind", "DeferredInjectionRebind", "Delayed", "Delay", "XferIn", "XferOut":
		return r.Value(id).Type == jsonline.String && r.Value(sender).Type != jsonline.None
	}
	return false
}
