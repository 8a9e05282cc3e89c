package config

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
)

// maxPEM is more than the largest bundle of authorities in use.
const maxPEM = 4 << 20

// TLS says how a server is known, and how we are known to it. The zero value
// trusts the system's authorities and shows no certificate.
type TLS struct {
	CA         string // file with the authorities to trust instead of the system's
	Cert, Key  string // files with our certificate and its key
	ServerName string // name in the server's certificate; "": the address's host
	Insecure   bool   // take any certificate
}

// Client reads the files and returns what a client of the server needs; nil for
// a nil TLS.
func (t *TLS) Client() (*tls.Config, error) {
	if t == nil {
		return nil, nil
	}
	c := &tls.Config{ServerName: t.ServerName, InsecureSkipVerify: t.Insecure, MinVersion: tls.VersionTLS12}
	if t.CA != "" {
		pem, err := readSmall(t.CA, maxPEM)
		if err != nil {
			return nil, &Error{Problem: "read authorities", Err: err, Hint: "tls.ca names a file of PEM certificates"}
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, &Error{Problem: "read authorities: " + t.CA, Err: errors.New("no certificate in it"), Hint: "tls.ca names a file of PEM certificates"}
		}
	}
	if t.Cert != "" || t.Key != "" {
		pair, err := tls.LoadX509KeyPair(t.Cert, t.Key)
		if err != nil {
			return nil, &Error{Problem: "read certificate " + t.Cert + " and its key " + t.Key, Err: err, Hint: "tls.cert and tls.key name PEM files that belong together"}
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}
