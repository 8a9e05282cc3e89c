package main

import (
	"context"
	"fmt"
	"net"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// The addresses of the sandbox: sendmail's, the scripted server's, one where nobody listens, a client's that may not relay.
const (
	ownAddr      = "198.51.100.1"
	mxAddr       = "192.0.2.25"
	deadAddr     = "192.0.2.66"
	strangerAddr = "203.0.113.9"
)

// addresses are all names that have one. A domain is its own mail server.
var addresses = map[string]string{
	fullName + ".": ownAddr, "mailfate.example.": "198.51.100.2", "mx.example.": mxAddr, "dead.example.": deadAddr,
	"stranger.example.": strangerAddr, "localhost.": "127.0.0.1",
}

// brokenName is a name whose server fails.
const brokenName = "broken.example."

// serveNames answers on the sandbox's port 53 until ctx ends.
func serveNames(ctx context.Context) error {
	conn, err := net.ListenPacket("udp", "127.0.0.1:53")
	if err != nil {
		return fmt.Errorf("listen for names: %w", err)
	}
	context.AfterFunc(ctx, func() { _ = conn.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if out, err := answer(buf[:n]); err == nil {
				_, _ = conn.WriteTo(out, from)
			}
		}
	}()
	return nil
}

func answer(query []byte) ([]byte, error) {
	var p dnsmessage.Parser
	head, err := p.Start(query)
	if err != nil {
		return nil, err
	}
	q, err := p.Question()
	if err != nil {
		return nil, err
	}
	name := strings.ToLower(q.Name.String())
	msg := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: head.ID, Response: true, RecursionDesired: head.RecursionDesired, RecursionAvailable: true},
		Questions: []dnsmessage.Question{q},
	}
	body, known := lookup(name, q.Type)
	switch {
	case name == brokenName:
		msg.RCode = dnsmessage.RCodeServerFailure
	case !known:
		msg.RCode = dnsmessage.RCodeNameError
	case body != nil:
		msg.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 300}, Body: body}}
	}
	return msg.Pack()
}

// lookup returns what there is of a name, and whether there is such a name.
func lookup(name string, t dnsmessage.Type) (body dnsmessage.ResourceBody, known bool) {
	if addr, ok := addresses[name]; ok {
		if t == dnsmessage.TypeA {
			return &dnsmessage.AResource{A: [4]byte(net.ParseIP(addr).To4())}, true
		}
		return nil, true
	}
	for host, addr := range addresses {
		b := net.ParseIP(addr).To4()
		if name == fmt.Sprintf("%d.%d.%d.%d.in-addr.arpa.", b[3], b[2], b[1], b[0]) {
			if t == dnsmessage.TypePTR {
				return &dnsmessage.PTRResource{PTR: dnsmessage.MustNewName(host)}, true
			}
			return nil, true
		}
	}
	return nil, false
}
