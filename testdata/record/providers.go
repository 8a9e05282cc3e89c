package main

import (
	"fmt"
	"net/netip"
)

// The names and addresses of the recorded world: reserved ones only.
const (
	hostName      = "mx1.mailfate.example"
	ownAddr       = "198.51.100.25"
	trackAddr     = "198.51.100.80"
	listDomain    = "lists.mailfate.example" // aliases
	relayedDomain = "courrier.example"       // leaves through a second Postfix
	strictDomain  = "strict.example"         // wants TLS, does not offer it
	oldDomain     = "old-school.example"     // knows no SMTPUTF8, takes no large mail
)

// newsDomains are the senders' own, with local mailboxes behind them.
var newsDomains = []string{"news.mailfate.example", "shop.example"}

// provider is a mail service that one of the scripted servers plays.
type provider struct {
	domain string
	mx     string
	addr   string
	weight int // how many of the people are here
	banner string
	// accepted words the final 250: {id} is the server's own id, {mid} the Message-ID, {size} the letter's size.
	accepted string
	ehlo     []string
}

var fullEHLO = []string{"PIPELINING", "SIZE 36700160", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"}

// providers are modelled on the services that their names recall: their banners, their forms of acceptance.
var providers = []provider{
	{"gmail.example", "gmail-smtp-in.l.gmail.example", "192.0.2.26", 38, "mx.gmail.example ESMTP {id} - gsmtp", "250 2.0.0 OK  {id} - gsmtp", fullEHLO},
	{"outlook.example", "outlook-com.olc.protection.outlook.example", "192.0.2.33", 16, "AM7EUR03FT042.mail.protection.outlook.example Microsoft ESMTP MAIL Service ready", "250 2.6.0 <{mid}> [InternalId={id}, Hostname=VI1PR0402.eurprd04.prod.outlook.example] {size} bytes in 0.142, 41.337 KB/sec Queued mail for delivery -> 250 2.1.5", []string{"SIZE 49283072", "PIPELINING", "DSN", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8"}},
	{"yahoo.example", "mta7.am0.yahoodns.example", "192.0.2.74", 9, "mtaproxy512.free.mail.ne1.yahoo.example ESMTP ready", "250 ok dirdel", []string{"PIPELINING", "SIZE 41943040", "8BITMIME"}},
	{"icloud.example", "mx01.mail.icloud.example", "192.0.2.42", 8, "ms11p00im-smtpin022.mail.icloud.example ESMTP", "250 2.0.0 Ok: queued as {id}", fullEHLO},
	{"gmx.example", "mx00.emig.gmx.example", "192.0.2.212", 8, "gmx.example (mxgmx114) Nemesis ESMTP Service ready", "250 Requested mail action okay, completed: id={id}", []string{"8BITMIME", "SIZE 157286400", "ENHANCEDSTATUSCODES"}},
	{"post-und-netz.example", "mx.post-und-netz.example", "192.0.2.90", 5, "mailin33.post-und-netz.example ESMTP", "250 2.0.0 Nachricht angenommen, Kennung {id}", fullEHLO},
	{relayedDomain, "smtp-in.courrier.example", "192.0.2.101", 5, "smtp-in.courrier.example ESMTP", "250 2.0.0 {id} mail accepted for delivery", []string{"PIPELINING", "SIZE 44000000", "ENHANCEDSTATUSCODES", "8BITMIME"}},
	{"pochta.example", "mxs.pochta.example", "192.0.2.104", 3, "mxs.pochta.example ESMTP ready", "250 OK id={id}", fullEHLO},
	{"yubin.example", "mail.yubin.example", "2001:db8:44::25", 3, "mail.yubin.example ESMTP", "250 2.0.0 {id} Message accepted for delivery", fullEHLO},
	{"corp.example", "mx.corp.example", "2001:db8:c0::25", 3, "mx.corp.example ESMTP Postfix", "250 2.0.0 Ok: queued as {id}", append([]string{"DSN"}, fullEHLO...)},
	{"xn--bcher-kva.example", "mx.xn--bcher-kva.example", "192.0.2.120", 0, "mx.xn--bcher-kva.example ESMTP Exim 4.96", "250 OK id={id}", fullEHLO},
	{strictDomain, "mx.strict.example", "192.0.2.121", 0, "mx.strict.example ESMTP", "250 OK", []string{"PIPELINING"}},
	{oldDomain, "mx.old-school.example", "192.0.2.122", 0, "mx.old-school.example ESMTP Sendmail 8.9", "250 {id} Message accepted for delivery", []string{"SIZE 20000"}},
}

// deadEnds are domains for which Postfix never reaches a server, and what it makes of them.
var deadEnds = map[string]struct {
	end      ending
	enhanced string
	reason   string
}{
	"no-such-domain.invalid":  {bounces, "5.4.4", "no_dns"},
	"typo-gmial.test":         {bounces, "5.4.4", "no_dns"},
	"nothing-here.example":    {bounces, "5.4.4", "no_dns"},
	"takes-no-mail.example":   {bounces, "5.1.0", "domain_inactive"},
	"points-at-us.example":    {bounces, "5.4.6", "misconfigured"},
	"dns-broken.example":      {starves, "4.4.3", "dns_failure"},
	"port-closed.example":     {starves, "4.4.1", "no_smtp"},
	"no-route.example":        {starves, "4.4.1", "no_smtp"},
	"hangs-up.example":        {starves, "4.4.2", "connection_failed"},
	"keeps-silent.example":    {starves, "4.4.2", "connection_failed"},
	strictDomain:              {starves, "4.7.4", "tls_required"},
	"six-only-closed.example": {starves, "4.4.1", "no_smtp"},
}

// newZone holds the sandbox's names.
func newZone() *zone {
	z := &zone{
		mx: map[string][]string{}, addr: map[string][]netip.Addr{}, ptr: map[string]string{},
		exists: map[string]bool{"nothing-here.example.": true}, broken: map[string]bool{"dns-broken.example.": true},
	}
	for _, p := range providers {
		z.mx[p.domain+"."] = []string{p.mx + "."}
		z.host(p.mx, p.addr)
	}
	// Yahoo's first server is down: every letter shows a failed connection and goes to the second.
	z.mx["yahoo.example."] = []string{"mta5.am0.yahoodns.example.", "mta7.am0.yahoodns.example."}
	z.host("mta5.am0.yahoodns.example", "192.0.2.75")

	z.host(hostName, ownAddr)
	z.host("track.mailfate.example", trackAddr)
	z.mx["takes-no-mail.example."] = []string{"."}
	z.mx["points-at-us.example."] = []string{hostName + "."}
	for domain, addr := range map[string]string{
		"port-closed.example": "192.0.2.150", "no-route.example": "100.64.0.9", "hangs-up.example": hangUpAddr,
		"keeps-silent.example": silentAddr, "six-only-closed.example": "2001:db8:dead::25",
	} {
		z.mx[domain+"."] = []string{"mx." + domain + "."}
		z.host("mx."+domain, addr)
	}
	for i := range appServers {
		z.host(fmt.Sprintf("app%d.mailfate.example", i+1), fmt.Sprintf("10.20.0.%d", 11+i))
	}
	z.host("mail.stranger.example", strangerAddr)
	z.mx["stranger.example."] = []string{"mail.stranger.example."}
	z.addr["66.113.0.203.bl.mailfate.example."] = []netip.Addr{netip.MustParseAddr("127.0.0.2")}
	return z
}

const (
	hangUpAddr   = "192.0.2.151"
	silentAddr   = "192.0.2.152"
	strangerAddr = "203.0.113.25"
	listedAddr   = "203.0.113.66" // on the blocklist
	appServers   = 3
)
