package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// zone is everything that the sandbox's name server knows. Names are in lower case with a final dot.
type zone struct {
	mx     map[string][]string
	addr   map[string][]netip.Addr
	ptr    map[string]string
	exists map[string]bool // answers "no data" instead of "no such name"
	broken map[string]bool // answers SERVFAIL
}

// serveDNS answers on the sandbox's port 53 until ctx ends.
func serveDNS(ctx context.Context, z *zone) error {
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
			if out, err := z.answer(buf[:n]); err == nil {
				_, _ = conn.WriteTo(out, from)
			}
		}
	}()
	return nil
}

func (z *zone) answer(query []byte) ([]byte, error) {
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
	bodies := z.lookup(name, q.Type)
	head = dnsmessage.Header{ID: head.ID, Response: true, RecursionDesired: head.RecursionDesired, RecursionAvailable: true}
	switch {
	case z.broken[name]:
		head.RCode = dnsmessage.RCodeServerFailure
	case len(bodies) == 0 && !z.known(name):
		head.RCode = dnsmessage.RCodeNameError
	}
	msg := dnsmessage.Message{Header: head, Questions: []dnsmessage.Question{q}}
	for _, b := range bodies {
		msg.Answers = append(msg.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 300}, Body: b,
		})
	}
	return msg.Pack()
}

func (z *zone) known(name string) bool {
	return z.exists[name] || z.mx[name] != nil || z.addr[name] != nil || z.ptr[name] != ""
}

func (z *zone) lookup(name string, t dnsmessage.Type) (bodies []dnsmessage.ResourceBody) {
	switch t {
	case dnsmessage.TypeMX:
		for i, host := range z.mx[name] {
			bodies = append(bodies, &dnsmessage.MXResource{Pref: uint16(10 * i), MX: dnsmessage.MustNewName(host)})
		}
	case dnsmessage.TypePTR:
		if host := z.ptr[name]; host != "" {
			bodies = append(bodies, &dnsmessage.PTRResource{PTR: dnsmessage.MustNewName(host)})
		}
	case dnsmessage.TypeA, dnsmessage.TypeAAAA:
		for _, a := range z.addr[name] {
			switch {
			case a.Is4() && t == dnsmessage.TypeA:
				bodies = append(bodies, &dnsmessage.AResource{A: a.As4()})
			case a.Is6() && t == dnsmessage.TypeAAAA:
				bodies = append(bodies, &dnsmessage.AAAAResource{AAAA: a.As16()})
			}
		}
	default:
		// The zone holds no other types: no data.
	}
	return bodies
}

// host adds a name with its address and the way back.
func (z *zone) host(name, addr string) {
	ip := netip.MustParseAddr(addr)
	z.addr[name+"."] = append(z.addr[name+"."], ip)
	if ip.Is4() {
		b := ip.As4()
		z.ptr[fmt.Sprintf("%d.%d.%d.%d.in-addr.arpa.", b[3], b[2], b[1], b[0])] = name + "."
	}
}
