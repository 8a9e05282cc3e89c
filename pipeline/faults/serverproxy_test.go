package faults

import (
	"bytes"
	"sync"
)

// talkPlain carries bytes of ClickHouse's native protocol. An insert is met before
// its query is sent, before its rows are (the server has answered with the
// columns), and when the server has answered to all rows.
func talkPlain(p *proxy, c *call) {
	var mu sync.Mutex
	state := "" // of the insert on this connection: "", "begun", "rows"
	c.pipe(func() {
		buf := make([]byte, 64<<10)
		for {
			n, err := c.client.Read(buf)
			if err != nil {
				return
			}
			p.pass()
			mu.Lock()
			begins := bytes.Contains(buf[:n], []byte("INSERT INTO "))
			if begins {
				state = "begun"
			}
			rows := !begins && state == "columns"
			if rows {
				state = "rows"
			}
			mu.Unlock()
			if begins {
				if a, ok := p.meet(step{"insert", before}); ok && a.stop {
					return
				}
			}
			if rows {
				if a, ok := p.meet(step{"insert rows", before}); ok && a.stop {
					if a.half {
						_, _ = c.server.Write(buf[:n/2])
					}
					return
				}
			}
			if _, err := c.server.Write(buf[:n]); err != nil {
				return
			}
		}
	}, func() {
		buf := make([]byte, 64<<10)
		for {
			n, err := c.server.Read(buf)
			if err != nil {
				return
			}
			p.pass()
			mu.Lock()
			answered := state == "rows"
			switch state {
			case "begun":
				state = "columns"
			case "rows":
				state = ""
			}
			mu.Unlock()
			if answered {
				if a, ok := p.meet(step{"insert", after}); ok && a.stop {
					if a.half {
						_, _ = c.client.Write(buf[:n/2])
					}
					return
				}
			}
			if _, err := c.client.Write(buf[:n]); err != nil {
				return
			}
		}
	})
}
