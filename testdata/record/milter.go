package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
)

// serveMilter plays a milter (the protocol is libmilter's, version 2): the sender's name says what it does with a letter.
func serveMilter(ctx context.Context) error {
	return listenAt(ctx, "127.0.0.1:10040", func(conn net.Conn) {
		in, manner := bufio.NewReader(conn), ""
		for {
			var size uint32
			if binary.Read(in, binary.BigEndian, &size) != nil || size == 0 || size > 1<<20 {
				return
			}
			packet := make([]byte, size)
			if _, err := io.ReadFull(in, packet); err != nil {
				return
			}
			if packet[0] == 'M' {
				manner, _, _ = strings.Cut(strings.TrimPrefix(string(packet[1:]), "<"), "@")
			}
			for _, answer := range milterAnswers(packet[0], manner) {
				if _, err := conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(answer))), answer...)); err != nil {
					return
				}
			}
			if packet[0] == 'Q' {
				return
			}
		}
	})
}

// milterAnswers are what follows a command: c continues, y is a reply, t puts off, d discards, q holds.
func milterAnswers(command byte, manner string) []string {
	switch string(command) + manner {
	case "Mmail":
		return []string{"y550 5.7.1 not from you\x00"}
	case "Rrcpt":
		return []string{"y550 5.7.1 not to them\x00"}
	case "Eeom":
		return []string{"y550 5.7.1 spam (score 9)\x00"}
	case "Elater":
		return []string{"t"}
	case "Edrop":
		return []string{"d"}
	case "Ehold":
		return []string{"qlook at it\x00", "c"}
	}
	switch command {
	case 'O': // version, actions (quarantine), steps
		return []string{string(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("O"), 2), 0x20), 0))}
	case 'D', 'A', 'Q': // macros, abort, quit: no answer
		return nil
	}
	return []string{"c"}
}

// serveAuth plays Dovecot's auth server (auth protocol 1.1): everybody is who they say.
func serveAuth(ctx context.Context) error {
	return listenAt(ctx, "127.0.0.1:12345", func(conn net.Conn) {
		_, _ = io.WriteString(conn, "VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t00000000000000000000000000000000\nDONE\n")
		in := bufio.NewReader(conn)
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			if f := strings.Split(strings.TrimRight(line, "\n"), "\t"); f[0] == "AUTH" && len(f) > 2 {
				_, _ = fmt.Fprintf(conn, "OK\t%s\tuser=%s\n", f[1], plainUser(f[len(f)-1]))
			}
		}
	})
}

// plainUser takes the user out of resp=base64(NUL user NUL password).
func plainUser(field string) string {
	b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(field, "resp="))
	if parts := strings.Split(string(b), "\x00"); err == nil && len(parts) == 3 {
		return parts[1]
	}
	return "nobody"
}
