// Package reply reads what matters of the answers of SMTP servers, which are
// words that anybody may have chosen: nothing in them is trusted.
package reply

import "mailfate/sources/mta/scan"

// Code reads the code that a reply begins with (RFC 5321, 4.2): 550, with a
// space, a hyphen or nothing behind it; 0 when there is none.
func Code[T scan.Text](s T) uint16 {
	if len(s) < 3 || s[0] < '2' || s[0] > '5' || !scan.IsDigit(s[1]) || !scan.IsDigit(s[2]) {
		return 0
	}
	if len(s) > 3 && s[3] != ' ' && s[3] != '-' {
		return 0
	}
	return uint16(s[0]-'0')*100 + uint16(s[1]-'0')*10 + uint16(s[2]-'0')
}

// maxNextQueueID bounds the queue ids of others, whose form we do not know.
const maxNextQueueID = 64

// QueuedAs reads the queue id that the next hop gave the message: "queued as ID",
// the last one where a proxy reports the reply of the server behind it.
func QueuedAs[T scan.Text](s T) T {
	const words = "queued as "
	for i := len(s) - len(words); i >= 0; i-- {
		if s[i] != words[0] || !scan.Begins(s[i:], words) {
			continue
		}
		id := s[i+len(words):]
		n := 0
		for n < len(id) && isWord(id[n]) {
			n++
		}
		if n > maxNextQueueID {
			break
		}
		return id[:n]
	}
	return s[:0]
}

// isWord reports whether c occurs in queue ids: those of other servers have
// hyphens and underscores too.
func isWord(c byte) bool {
	return scan.IsDigit(c) || (c|0x20 >= 'a' && c|0x20 <= 'z') || c == '-' || c == '_'
}
