package status

import (
	"slices"
	"strings"

	"mailfate/schemas"
)

// What the twin knows of machines: the built-in rules that the cases are drawn for,
// as the head of their file puts them into words, each as a plain question.

var (
	twinAgents    = []string{"", "a", "Mozilla/5.0", "curl/8.14.1", "x (via ggpht.com GoogleImageProxy)"}
	twinAddresses = []string{"", "", "198.51.100.7", "203.0.113.9", "67.231.150.1", "52.210.0.1"}
	twinRequests  = []string{"", "GET", "GET", "GET", "HEAD", "GET prefetch", "POST"}
	twinLinks     = []string{"", "https://example.com/0", "https://example.com/1", "https://example.com/2", "https://example.com/mailfate-honeypot"}
)

// twinByName is who it is by agent alone.
func twinByName(agent string, k schemas.Kind) (rule string, person bool) {
	switch {
	case agent == "x (via ggpht.com GoogleImageProxy)" && twinIs(k, schemas.Opened, schemas.Read):
		return "", true
	case agent == "Mozilla/5.0":
		return "apple.mpp", false
	case agent == "curl/8.14.1":
		return "script.agent", false
	}
	return "", false
}

// twinMachines reads the hits of machines as theirs. Whose a hit is hangs on what
// was observed, so all are judged before any is changed.
func twinMachines(points []twinPoint) []twinPoint {
	out := slices.Clone(points)
	for i, p := range points {
		if !twinEngagement(p.kind) || p.ev.Source == schemas.SourceARF || p.kind == schemas.Unsubscribed && p.ev.Command == "POST" {
			continue
		}
		if rule := twinRule(points, p); rule != "" {
			out[i].rule = rule
			out[i].kind = map[schemas.Kind]schemas.Kind{
				schemas.Opened: schemas.MachineOpened, schemas.Read: schemas.MachineRead,
				schemas.Clicked: schemas.MachineClicked, schemas.Unsubscribed: schemas.MachineUnsubscribed,
			}[p.kind]
		}
	}
	return out
}

func twinRule(points []twinPoint, p twinPoint) string {
	named, person := twinByName(p.ev.UserAgent, p.kind)
	follows := twinIs(p.kind, schemas.Clicked, schemas.Unsubscribed)
	datacentre := p.ev.IP == "52.210.0.1"
	switch {
	case p.ev.Command == "HEAD":
		return "request.head"
	case strings.HasSuffix(p.ev.Command, "prefetch"):
		return "request.prefetch"
	case person:
		return ""
	case named != "":
		return named
	case p.ev.IP == "67.231.150.1":
		return "proofpoint.network"
	case follows && twinTrapped(points, p):
		return "link.honeypot"
	case follows && twinManyLinks(points, p):
		return "link.all-at-once"
	case follows && twinFresh(points, p, 1):
		return "delivery.click"
	case datacentre && twinFresh(points, p, 5):
		return "delivery.datacentre"
	case datacentre && follows && !twinOpenedBefore(points, p) && twinFresh(points, p, 60):
		return "datacentre.unopened"
	}
	return ""
}

func twinSeconds(p twinPoint) int64 { return p.ev.Time / twinSecond }

func twinSure(p twinPoint) bool {
	return !twinIs(p.kind, schemas.KindNone) && !p.doubtful
}

// twinFresh looks for a delivery at most so many seconds before or after.
func twinFresh(points []twinPoint, p twinPoint, seconds int64) bool {
	for _, d := range points {
		if d.kind == schemas.Delivered && twinSure(d) && max(twinSeconds(d), twinSeconds(p))-min(twinSeconds(d), twinSeconds(p)) <= seconds {
			return true
		}
	}
	return false
}

func twinOpenedBefore(points []twinPoint, p twinPoint) bool {
	for _, o := range points {
		if twinIs(o.kind, schemas.Opened, schemas.Read) && twinSure(o) && twinSeconds(o) <= twinSeconds(p) {
			return true
		}
	}
	return false
}

// twinClient lists what the client of p followed, p itself among it.
func twinClient(points []twinPoint, p twinPoint) (all []twinPoint) {
	all = append(all, p)
	if p.ev.IP == "" {
		return all
	}
	for _, q := range points {
		theirs := q.ev.IP == p.ev.IP && q.ev.UserAgent == p.ev.UserAgent && q.ev.Source != schemas.SourceARF
		if theirs && twinSure(q) && (q.kind == schemas.Clicked || q.kind == schemas.Unsubscribed && q.ev.Command != "POST") {
			all = append(all, q)
		}
	}
	return all
}

func twinTrapped(points []twinPoint, p twinPoint) bool {
	return slices.ContainsFunc(twinClient(points, p), func(q twinPoint) bool {
		near := twinSeconds(q)-twinSeconds(p) <= 10 && twinSeconds(p)-twinSeconds(q) <= 10
		return near && strings.Contains(q.ev.URL, "/mailfate-honeypot")
	})
}

// twinManyLinks counts links in the two times of a second or so that p is in: the
// one that ends with it, and the one that begins with it.
func twinManyLinks(points []twinPoint, p twinPoint) bool {
	for _, begin := range []int64{twinSeconds(p) - 1, twinSeconds(p)} {
		links := map[string]bool{}
		for _, q := range twinClient(points, p) {
			if s := twinSeconds(q); s == begin || s == begin+1 {
				links[q.kind.String()+q.ev.URL] = true
			}
		}
		if len(links) >= 3 {
			return true
		}
	}
	return false
}
