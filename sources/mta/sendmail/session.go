package sendmail

import (
	"bytes"
	"strconv"

	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/queue"
	"mailfate/sources/mta/scan"
	"mailfate/sources/saved"
)

// A session is a client that has said who it is. One process serves one client,
// and process ids are used again, so the client's name must be the same, too.
type session struct{ relay, user string }

// Append saves the session.
func (s *session) Append(b []byte) []byte {
	return saved.AppendText(saved.AppendText(b, s.relay), s.user)
}

// Load takes back what Append wrote.
func (s *session) Load(r *saved.Reader) { s.relay, s.user = r.Text(), r.Text() }

// authenticated: a client has said who it is, in front of its messages.
//
//	AUTH=server, relay=NAME [ADDRESS], authid=USER, mech=…, bits=N
func (p *Parser) authenticated(s []byte) sources.Result {
	relay, rest, ok := bytes.Cut(s, []byte(", authid="))
	if !ok {
		return mta.Ignored(RuleAuthentication)
	}
	end := bytes.LastIndex(rest, []byte(", mech="))
	if end < 0 {
		return mta.Unparsed
	}
	q, pid := p.process()
	e := p.sessions.Create(q, pid, p.rec.Time)
	e.Message = session{relay: string(mta.Clip(relay)), user: string(mta.Clip(rest[:end]))}
	return mta.Context
}

// user returns who the client of this line's process has said to be.
func (p *Parser) user(relay []byte) string {
	q, pid := p.process()
	if e := p.sessions.Find(q, pid); e != nil && e.Message.relay == string(relay) {
		return e.Message.user
	}
	return ""
}

// process names the process that logged the line.
func (p *Parser) process() (*queue.Queue, []byte) {
	var digits [queue.MaxID]byte
	return p.sessions.Of(p.rec.host, instance), strconv.AppendInt(digits[:0], p.rec.PID, 10)
}

// clientOf reads the last field of a from= line: relay=NAME [ADDRESS].
func clientOf(s []byte) []byte {
	const key = ", relay="
	if i := bytes.LastIndex(s, []byte(key)); i >= 0 {
		return mta.Clip(s[i+len(key):])
	}
	return nil
}

// authPrefix begins what is said of a client that said who it is.
const authPrefix = "AUTH=server, relay="

func isAuthenticated(s []byte) ([]byte, bool) { return scan.After(s, authPrefix) }
