package config

import "mailfate/sources/imap"

// Options reads the password and the certificates, and returns what a client of the
// server needs.
func (m *IMAP) Options() (o imap.Options, err error) {
	o = imap.Options{Address: m.Address, User: m.User, Mailbox: m.Mailbox, MoveTo: m.MoveTo, StartTLS: m.StartTLS}
	if o.TLS, err = m.TLS.Client(); err != nil {
		return o, err
	}
	o.Password, err = m.Password.Read()
	return o, err
}
