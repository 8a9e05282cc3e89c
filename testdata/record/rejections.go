package main

// closedAddr is an address that our own Postfix never takes mail for.
const closedAddr = "closed@corp.example"

// rejection is a recipient that our own Postfix refuses before the letter has a queue id.
type rejection struct {
	from      string // the client's address
	sender    string
	recipient string
	count     int

	reply string // what the client was told
}

// tellRejections adds what our own Postfix refuses, each of them n times.
func (s *set) tellRejections(n int) {
	s.rejects = []*rejection{
		{from: strangerAddr, sender: "offers@stranger.example", recipient: "victim@third-party.example", count: 3 * n},
		{from: "203.0.113.40", sender: "hello@stranger.example", recipient: "nobody@news.mailfate.example", count: 2 * n},
		{from: "203.0.113.41", sender: "hello@no-such-domain.invalid", recipient: "reply0@news.mailfate.example", count: n},
		{from: "203.0.113.42", sender: "first-time@stranger.example", recipient: "grey@news.mailfate.example", count: 2 * n},
		{from: listedAddr, sender: "win@stranger.example", recipient: "reply1@news.mailfate.example", count: n},
		{from: strangerAddr, sender: "", recipient: "old-sender@shop.example", count: n},
		{from: "10.20.0.11", sender: "bounce@news.mailfate.example", recipient: closedAddr, count: n},
	}
}
