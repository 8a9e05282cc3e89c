package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"time"

	"mailfate/testdata/record/notices"
)

const (
	farAddr  = "127.0.0.2" // takes mail, by its script
	rudeAddr = "127.0.0.4" // hangs up on whoever comes
)

// A box is an address on the far server: what it says to each attempt in turn,
// the last of them to all that follow. An empty reply takes the letter.
type box struct {
	stage   stage
	replies []string
	always  bool // also to letters with the null sender

	asked    int
	accepted map[string]int    // by Message-ID
	said     map[string][]said // by sender: Message-IDs are not told before the text
}

type said struct {
	code    string
	reply   string
	command string
}

// stage is the point of the dialogue at which a box objects.
type stage string

const (
	atMail stage = "MAIL FROM"
	atRcpt stage = "RCPT TO"
	atData stage = "DATA"
	atEnd  stage = "end of DATA"
)

// server is the far server.
type server struct {
	port int
	cert tls.Certificate

	mu      sync.Mutex
	boxes   map[string]*box
	notes   *notices.Folder
	notices int // letters with the null sender that arrived
	ids     int
}

func startServer(ctx context.Context) (*server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s := &server{port: port, boxes: newBoxes()}
	if s.cert, err = newCertificate(); err != nil {
		return nil, err
	}
	if err := s.listen(ctx, farAddr, func(c net.Conn) { (&dialogue{server: s, conn: c}).hold() }); err != nil {
		return nil, err
	}
	return s, s.listen(ctx, rudeAddr, func(net.Conn) {})
}

func (s *server) listen(ctx context.Context, addr string, serve func(net.Conn)) error {
	l, err := net.Listen("tcp", fmt.Sprintf("%s:%d", addr, s.port))
	if err != nil {
		return fmt.Errorf("listen for mail: %w", err)
	}
	context.AfterFunc(ctx, func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				_ = conn.SetDeadline(time.Now().Add(time.Minute))
				serve(conn)
			}()
		}
	}()
	return nil
}

func newCertificate() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make key: %w", err)
	}
	t := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mx.far.example", Organization: []string{`Far: "away", Inc.`}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// dialogue is one SMTP session of the far server.
type dialogue struct {
	server *server
	conn   net.Conn
	io     *bufio.ReadWriter
	sender string
	to     []*box
}

func (d *dialogue) wrap(c net.Conn) {
	d.conn = c
	d.io = bufio.NewReadWriter(bufio.NewReader(c), bufio.NewWriter(c))
}

func (d *dialogue) hold() {
	d.wrap(d.conn)
	defer func() { _ = d.conn.Close() }() // of TLS, where it was begun
	d.say("220 mx.far.example ESMTP")
	for {
		if d.io.Reader.Buffered() == 0 && d.io.Flush() != nil {
			return
		}
		line, err := d.io.ReadString('\n')
		if err != nil || !d.obey(strings.TrimRight(line, "\r\n")) {
			_ = d.io.Flush()
			return
		}
	}
}

func (d *dialogue) say(reply string) {
	for _, l := range wire(reply) {
		_, _ = d.io.WriteString(l + "\r\n")
	}
}

// wire is a reply as the lines of the dialogue.
func wire(reply string) []string {
	lines := strings.Split(reply, "\n")
	for i, l := range lines[:len(lines)-1] {
		lines[i] = l[:3] + "-" + l[4:]
	}
	return lines
}

func (d *dialogue) obey(line string) bool {
	d.server.mu.Lock()
	defer d.server.mu.Unlock()
	verb, _, _ := strings.Cut(line, " ")
	switch strings.ToUpper(verb) {
	case "EHLO":
		d.say("250 mx.far.example\n250 PIPELINING\n250 8BITMIME\n250 SIZE 1000000\n250 STARTTLS")
	case "STARTTLS":
		d.say("220 go on")
		_ = d.io.Flush()
		d.wrap(tls.Server(d.conn, &tls.Config{Certificates: []tls.Certificate{d.server.cert}}))
	case "MAIL":
		d.sender, d.to = path(line), nil
		d.say("250 2.1.0 sender is fine")
	case "RCPT":
		d.rcpt(path(line))
	case "DATA":
		return d.data()
	case "QUIT":
		d.say("221 bye")
		return false
	default:
		d.to = nil
		d.say("250 ok")
	}
	return true
}

func (d *dialogue) rcpt(addr string) {
	b := d.server.boxes[strings.ToLower(addr)]
	if b == nil {
		b = &box{}
		d.server.boxes[strings.ToLower(addr)] = b
	}
	if (b.stage == atRcpt || b.stage == atMail) && d.objects(b) {
		return
	}
	d.to = append(d.to, b)
	d.say("250 2.1.5 recipient is fine")
}

// objects says what the box has to say now, and reports whether it objects.
func (d *dialogue) objects(b *box) bool {
	if d.sender == "" && !b.always || len(b.replies) == 0 {
		return false
	}
	reply := b.replies[min(b.asked, len(b.replies)-1)]
	b.asked++
	if reply == "" {
		return false
	}
	if b.said == nil {
		b.said = map[string][]said{}
	}
	b.said[d.sender] = append(b.said[d.sender], said{code: reply[:3], reply: reply, command: string(b.stage)})
	d.say(reply)
	return true
}

func (d *dialogue) data() bool {
	for _, b := range d.to {
		if b.stage == atData && d.objects(b) {
			return true
		}
	}
	if len(d.to) == 0 {
		d.say("554 no recipients")
		return true
	}
	d.say("354 go ahead")
	_ = d.io.Flush()
	id, text, err := d.text()
	if err != nil {
		return false
	}
	for _, b := range d.to {
		if b.stage == atEnd && d.objects(b) {
			return true
		}
	}
	if d.sender == "" {
		d.server.notices++
		d.server.notes.Keep(d.sender, text)
	}
	for _, b := range d.to {
		if b.accepted == nil {
			b.accepted = map[string]int{}
		}
		b.accepted[id]++
	}
	d.server.ids++
	d.say(fmt.Sprintf(`250 2.0.0 OK "thanks" id=1wAbCd-0000000%04d-1AbC`, d.server.ids))
	return true
}

// text reads a letter and returns it with its Message-ID.
func (d *dialogue) text() (id string, text []byte, err error) {
	for {
		line, err := d.io.ReadString('\n')
		if err != nil {
			return "", nil, fmt.Errorf("read letter: %w", io.ErrUnexpectedEOF)
		}
		if line == ".\r\n" {
			return id, text, nil
		}
		text = append(text, line...)
		if v, ok := strings.CutPrefix(strings.TrimSpace(line), "Message-"); ok && id == "" {
			id = strings.Trim(v[len("ID:"):], " <>")
		}
	}
}

// path takes the address out of "RCPT TO:<address> PARAMETERS".
func path(line string) string {
	_, rest, _ := strings.Cut(line, "<")
	addr, _, _ := strings.Cut(rest, ">")
	return addr
}
