package feedback

import (
	"fmt"
	"regexp"
	"strings"
)

// AddressPatterns say what our envelope addresses tell: expressions with a group
// message_id or recipient, or both, as in
//
//	^bounce\+(?P<message_id>[^+]+)\+(?P<recipient>[^@]+)@shop\.example$
//
// The domain is spelled out up to the end, or anybody's addresses would be ours. Such
// addresses are not signed: ids in them must be such that nobody can guess. A recipient's last = stands for @ where it has none (VERP). What relays have
// wrapped around an address (BATV, SRS) is taken off before.
type AddressPatterns []*regexp.Regexp

// ParseAddressPattern returns the pattern of a configuration's entry.
func ParseAddressPattern(expression string) (*regexp.Regexp, error) {
	re, err := regexp.Compile(expression)
	if err != nil {
		return nil, fmt.Errorf("parse address pattern: %w", err)
	}
	if re.SubexpIndex("message_id") < 0 && re.SubexpIndex("recipient") < 0 {
		return nil, fmt.Errorf("parse address pattern: %q has neither a group (?P<message_id>…) nor (?P<recipient>…); name one", expression)
	}
	if !anchored(expression) {
		return nil, fmt.Errorf(`parse address pattern: %q takes addresses of any domain for ours; end it with the domain, as in @shop\.example$`, expression)
	}
	return re, nil
}

// maxAddress bounds what the expressions are matched against.
const maxAddress = 1 << 10

// find returns what an address of ours tells; ok reports that it is one.
func (ps AddressPatterns) find(addr string) (messageID, recipient string, ok bool) {
	if addr == "" || len(addr) > maxAddress {
		return "", "", false
	}
	addr = unwrapped(addr)
	for _, re := range ps {
		at := re.FindStringSubmatchIndex(addr)
		if at == nil {
			continue
		}
		group := func(name string) string {
			if i := re.SubexpIndex(name); i >= 0 && at[2*i] >= 0 {
				return addr[at[2*i]:at[2*i+1]]
			}
			return ""
		}
		recipient = group("recipient")
		if eq := strings.LastIndexByte(recipient, '='); eq > 0 && !strings.Contains(recipient, "@") {
			recipient = recipient[:eq] + "@" + recipient[eq+1:]
		}
		return cleanID(group("message_id")), Recipient(recipient), true
	}
	return "", "", false
}

// unwrapped takes off what relays wrap around an envelope sender.
func unwrapped(addr string) string {
	for range 3 { // SRS1 around SRS0 around BATV
		inner := unwrapSRS(addr)
		if inner == "" {
			inner = unwrapBATV(addr)
		}
		if inner == "" {
			return addr
		}
		addr = inner
	}
	return addr
}

// unwrapSRS rewrites SRS0=hash=stamp=domain=local@relay as local@domain, and
// SRS1=hash=relay==hash=stamp=domain=local@relay likewise (the Sender Rewriting
// Scheme, as libsrs2 and postsrsd write it); "" for any other address.
func unwrapSRS(addr string) string {
	at := strings.LastIndexByte(addr, '@')
	if at < 5 || !strings.EqualFold(addr[:3], "srs") || !strings.ContainsRune("=+-", rune(addr[4])) {
		return ""
	}
	rest := addr[5:at]
	switch addr[3] {
	case '0':
	case '1':
		_, inner, found := strings.Cut(rest, "==")
		if !found {
			return ""
		}
		rest = inner
	default:
		return ""
	}
	parts := strings.SplitN(rest, "=", 4) // hash, stamp, domain, local
	if len(parts) < 4 || parts[2] == "" || parts[3] == "" {
		return ""
	}
	return parts[3] + "@" + parts[2]
}

// unwrapBATV rewrites prvs=KDDDSSSSSS=local@domain as local@domain
// (draft-levine-smtp-batv); also prvs=local/KDDDSSSSSS@domain, as some write it.
func unwrapBATV(addr string) string {
	if len(addr) < 5 || !strings.EqualFold(addr[:5], "prvs=") {
		return ""
	}
	at := strings.LastIndexByte(addr, '@')
	if at < 5 {
		return ""
	}
	local, domain := addr[5:at], addr[at:]
	if tag, rest, found := strings.Cut(local, "="); found && len(tag) == 10 && isTag(tag) && rest != "" {
		return rest + domain
	}
	if slash := strings.LastIndexByte(local, '/'); slash > 0 && len(local)-slash-1 == 10 && isTag(local[slash+1:]) {
		return local[:slash] + domain
	}
	return ""
}

// isTag reports whether s is a key number, a day and a hash.
func isTag(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if (s[i] < '0' || s[i] > '9') && (i < 4 || c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
