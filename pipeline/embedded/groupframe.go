package embedded

import (
	"github.com/twmb/franz-go/pkg/kbin"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// parseRequest reads a request from its key on; nil when it is none.
func parseRequest(b []byte) kmsg.Request {
	r := kbin.Reader{Src: b}
	req := kmsg.RequestForKey(r.Int16())
	if req == nil {
		return nil
	}
	req.SetVersion(r.Int16())
	r.Int32() // the correlation id
	r.NullableString()
	if req.IsFlexible() {
		kmsg.SkipTags(&r)
	}
	if req.ReadFrom(r.Src) != nil {
		return nil
	}
	return req
}

// memberOf reads from the answer, which has no head any more, as whom its
// client is known to the group.
func memberOf(answer *kmsg.JoinGroupResponse, b []byte) string {
	r := kbin.Reader{Src: b}
	if answer.IsFlexible() {
		kmsg.SkipTags(&r)
	}
	if answer.ReadFrom(r.Src) != nil {
		return ""
	}
	return answer.MemberID
}
