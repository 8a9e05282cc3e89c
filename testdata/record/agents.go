package main

// agentClass says who is behind a hit.
type agentClass int

const (
	person  agentClass = iota // somebody's mail program or browser
	relayed                   // an image proxy that fetches when a person opens
	machine                   // a proxy that fetches unasked, or a scanner
)

// agent is what makes a request: how it calls itself and from where.
type agent struct {
	class  agentClass
	name   string
	from   []string
	method string // of an open; GET when empty
	proto  string // HTTP/1.1 when empty
}

var homes = []string{"203.0.113.101", "203.0.113.102", "203.0.113.117", "203.0.113.130", "203.0.113.201", "2001:db8:77::5", "2001:db8:78:1::c0de"}

var peoplesAgents = []agent{
	{person, "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", homes, "", ""},
	{person, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", homes, "", ""},
	{person, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", homes, "", ""},
	{person, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15", homes, "", ""},
	{person, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148", homes, "", ""},
	{person, "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36", homes, "", ""},
	{person, "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/7.0; .NET4.0C; .NET4.0E; Microsoft Outlook 16.0.18129; ms-office; MSOffice 16)", homes, "", ""},
	{person, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.4.0", homes, "", ""},
	{person, "Outlook-iOS/723.4027091.prod.iphone (4.28.0)", homes, "", ""},
	{relayed, "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", []string{"198.51.100.201", "198.51.100.202"}, "", ""},
	{relayed, "YahooMailProxy; https://help.yahoo.example/kb/yahoo-mail-proxy-SLN28749.html", []string{"198.51.100.210"}, "", "HTTP/1.0"},
}

var openingMachines = []agent{
	{machine, "Mozilla/5.0", []string{"198.51.100.220", "198.51.100.221"}, "", ""},                                                                                                               // Apple's Mail Privacy Protection
	{machine, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0", []string{"198.51.100.203"}, "", ""}, // Gmail's prefetch
	{machine, "curl/8.14.1", []string{"198.51.100.230"}, "HEAD", ""},
	{machine, "Mozilla/5.0 (compatible; LinkAndImageScanner/2.4; +https://gateway.example/scanner)", []string{"198.51.100.231"}, "HEAD", ""},
}

var clickingMachines = []agent{
	{machine, "Mozilla/5.0 (compatible; LinkAndImageScanner/2.4; +https://gateway.example/scanner)", []string{"198.51.100.231"}, "", ""},
	{machine, "python-requests/2.32.5", []string{"198.51.100.232"}, "", ""},
	{machine, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36", []string{"198.51.100.233"}, "", ""},
}
