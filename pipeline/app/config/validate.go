package config

import (
	"cmp"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"mailfate/schemas"
	"mailfate/sources/lmtp"
	"mailfate/sources/topic"
)

const (
	// maxPartitions is what the state's keys have room for.
	maxPartitions = 4096
	// maxReplication is more brokers than anybody keeps copies on.
	maxReplication = 32
	// maxName is the longest name of an account, stream, host or user.
	maxName = schemas.MaxAccount
	// minYear and maxYear are between the first mail by SMTP and the time when
	// somebody has to look at this again.
	minYear, maxYear = 1982, 2199
	// minTimer and maxTimer: less is a typing error, and after more a message is by
	// default no longer kept in mind.
	minTimer, maxTimer = time.Minute, 31 * day
	// minLife and maxLife: within less most bounces and opens have not come yet, and
	// more is for ever.
	minLife, maxLife = 7 * day, 3660 * day
	// maxRowDays is more than anybody keeps rows, if not for ever.
	maxRowDays = 3660
	// minRemember and maxRemember: within less an MTA tries again, and after more
	// nobody has mail in a queue.
	minRemember, maxRemember = day, 366 * day
	// minOpen and maxOpen: a queue id takes about half a kilobyte of memory.
	minOpen, maxOpen = 1000, 100_000_000
)

// Validate checks a configuration that was made or changed by a program, and
// prepares it for Account.
func (c *Config) Validate() error {
	p := newProblems("")
	c.check(p)
	if err := p.err(); err != nil {
		return err
	}
	c.index()
	return nil
}

func (c *Config) check(p *problems) {
	c.checkRoles(p)
	checkYear(p, "year", c.Year)
	c.Kafka.check(p)
	c.ClickHouse.check(p)
	c.checkAccounts(p)
	checkIDKeys(p, c.IDKeys)
	c.checkSources(p)
	checkRange(p, "timers.give_up", c.Timers.GiveUp, minTimer, maxTimer)
	checkRange(p, "timers.depleted", c.Timers.Depleted, minTimer, maxTimer)
	if !slices.Contains(ExampleKinds, c.KeepExamples) {
		p.report("keep_examples", excerpt(c.KeepExamples)+" is no way to keep them", didYouMean(c.KeepExamples, ExampleKinds))
	}
	if c.Metrics.Listen != "" {
		checkAddresses(p, "metrics.listen", []string{c.Metrics.Listen}, "9108")
	}
	c.Tracker.check(p)
	c.API.check(p)
	checkRange(p, "retention.life", c.Retention.Life, minLife, maxLife)
	if longest := min(max(c.Timers.GiveUp, c.Timers.Depleted), maxTimer); c.Retention.Life < longest {
		p.report("retention.life", "ends before a timer of "+formatDuration(longest), "a message has to be known when its timer fires: choose a longer life")
	}
	c.Retention.Rows.check(p)
}

func (r *Rows) check(p *problems) {
	for _, f := range r.fields() {
		checkNumber(p, "retention.rows."+f.key, *f.value.(number).to, 0, maxRowDays)
	}
	for key, days := range map[string]int{"events": r.Events, "changes": r.Changes} {
		if r.Messages > 0 && days > r.Messages {
			p.report("retention.rows."+key, "outlive their messages", "choose no more days than messages has")
		}
	}
}

func (c *Config) checkRoles(p *problems) {
	if len(c.Roles) == 0 {
		p.report("roles", "names nothing to do", "leave the key out for all of "+strings.Join(RoleNames, ", "))
	}
	names := seen{}
	for i, role := range c.Roles {
		key := fmt.Sprintf("roles[%d]", i)
		if !slices.Contains(RoleNames, role) {
			p.report(key, excerpt(role)+" is no role", didYouMean(role, RoleNames))
		}
		names.add(p, key, role, "role")
	}
}

func (k *Kafka) check(p *problems) {
	checkAddresses(p, "kafka.brokers", k.Brokers, "9092")
	k.TLS.check(p, "kafka.tls")
	if k.SASL != nil {
		k.SASL.check(p)
	}
	if k.Partitions < 0 || k.Partitions > maxPartitions {
		p.report("kafka.partitions", fmt.Sprintf("%d is out of range", k.Partitions), fmt.Sprintf("want 1 to %d, or 0 to leave topics as they are", maxPartitions))
	}
	if k.Replication < 1 || k.Replication > maxReplication {
		p.report("kafka.replication", fmt.Sprintf("%d is out of range", k.Replication), fmt.Sprintf("want 1 to %d, 3 for a cluster", maxReplication))
	}
}

func (s *SASL) check(p *problems) {
	if !slices.Contains(Mechanisms, s.Mechanism) {
		p.report("kafka.sasl.mechanism", excerpt(s.Mechanism)+" is no mechanism", didYouMean(s.Mechanism, Mechanisms))
	}
	if s.User == "" {
		p.report("kafka.sasl.user", "is missing", "name the user")
	}
	s.Password.require(p, "kafka.sasl", "password")
}

func (c *ClickHouse) check(p *problems) {
	checkAddresses(p, "clickhouse.addresses", c.Addresses, "9000")
	if !isWord(c.Database) || len(c.Database) > maxName {
		p.report("clickhouse.database", excerpt(c.Database)+" is no name of a database", "use letters, digits and underscores")
	}
	if c.User == "" {
		p.report("clickhouse.user", "is empty", "name the user, or leave the key out for default")
	}
	c.Password.check(p, "clickhouse", "password")
	c.TLS.check(p, "clickhouse.tls")
}

func checkIDKeys(p *problems, keys []IDKey) {
	seen := map[string]bool{}
	for i, k := range keys {
		key := fmt.Sprintf("id_keys[%d]", i)
		switch {
		case !isWord(k.Name):
			p.report(key+".name", excerpt(k.Name)+" is no name of a key", "use letters, digits and underscores")
		case seen[k.Name]:
			p.report(key+".name", excerpt(k.Name)+" is the name of another key, too", "give each a name of its own")
		}
		seen[k.Name] = true
		k.Secret.require(p, key, "key")
	}
}

// check looks at a secret of a section, which is called what.
func (s Secret) check(p *problems, section, what string) {
	key := join(section, what)
	if s.Env != "" && s.File != "" {
		p.report(key+"_file", "a "+what+" cannot be in two places", "leave out "+what+"_env or "+what+"_file")
	}
	if s.Env != "" && !isWord(s.Env) {
		p.report(key+"_env", "is no name of an environment variable", "write its name, not the "+what)
	}
}

// require is check for a secret that has to be there.
func (s Secret) require(p *problems, section, what string) {
	if s.IsZero() {
		p.report(join(section, what), "is missing", "name where it is with "+what+"_env or "+what+"_file")
	}
	s.check(p, section, what)
}

func (t *TLS) check(p *problems, key string) {
	if t != nil && (t.Cert == "") != (t.Key == "") {
		p.report(key, "cert and key belong together", "name both or neither")
	}
}

func checkAddresses(p *problems, key string, addresses []string, port string) {
	for i, a := range addresses {
		key := fmt.Sprintf("%s[%d]", key, i)
		switch {
		case strings.Contains(a, "://"):
			p.report(key, "is a URL", "write host:port alone")
		case strings.Contains(a, "@"):
			p.report(key, "has a user in it", "write host:port alone; user and password have keys of their own")
		case !isAddress(a):
			p.report(key, excerpt(a)+" is no address", "write host:port, such as localhost:"+port)
		}
	}
}

func (c *Config) checkAccounts(p *problems) {
	names, domains, users := seen{}, seen{}, seen{}
	for i, a := range c.Accounts {
		key := fmt.Sprintf("accounts[%d]", i)
		checkAccountName(p, key+".name", a.Name)
		names.add(p, key+".name", a.Name, "account")
		for j, d := range a.Domains {
			key := fmt.Sprintf("%s.domains[%d]", key, j)
			if !isDomainPattern(d) || cleanDomain(d) != d {
				p.report(key, excerpt(d)+" is no domain in lower case and A-labels", "")
			}
			domains.add(p, key, d, "domain")
		}
		for j, u := range a.SASLUsers {
			key := fmt.Sprintf("%s.sasl_users[%d]", key, j)
			checkName(p, key, u)
			users.add(p, key, strings.ToLower(u), "user")
		}
		if a.Header != "" && !isHeaderName(a.Header) {
			p.report(key+".header", excerpt(a.Header)+" is no name of a header", "write it without the colon")
		}
	}
}

func checkAccountName(p *problems, key, name string) {
	checkName(p, key, name)
	if strings.EqualFold(name, schemas.DefaultAccount) {
		p.report(key, excerpt(name)+" is reserved", "it means that no account is known; choose another name")
	}
}

func (c *Config) checkSources(p *problems) {
	streams := seen{}
	for i := range c.Sources {
		key := fmt.Sprintf("sources[%d]", i)
		c.Sources[i].check(p, key)
		streams.add(p, key+".stream", c.Sources[i].Stream, "stream")
	}
}

// CheckTopics says which sources are topics of a cluster when none is named. It is
// no part of Validate, for who asks the database alone needs no cluster.
func (c *Config) CheckTopics() error {
	if len(c.Kafka.Brokers) > 0 {
		return nil
	}
	p := newProblems("")
	if c.read != nil {
		p.file, p.lines = c.read.file, c.read.lines
	}
	for i := range c.Sources {
		for j, path := range c.Sources[i].Paths {
			if _, ok := topic.Parse(path); ok {
				p.report(fmt.Sprintf("sources[%d].paths[%d]", i, j), excerpt(path)+" is a topic, and no cluster is named", "name it in kafka.brokers or with --brokers")
			}
		}
	}
	return p.err()
}

func (s *Source) check(p *problems, key string) {
	types := sourceTypes()
	if s.Type != "" && !slices.Contains(types, s.Type) {
		p.report(key+".type", excerpt(s.Type)+" is no type of source", didYouMean(s.Type, types))
	}
	s.checkOrigin(p, key)
	for i, path := range s.Paths {
		key := fmt.Sprintf("%s.paths[%d]", key, i)
		if name, ok := topic.Parse(path); ok {
			t, _ := schemas.ParseSourceType(s.Type)
			if err := topic.Check(name, t); err != nil {
				p.report(key, "cannot be read: "+err.Error(), "")
			}
			continue
		}
		if _, err := filepath.Match(path, ""); path == "" || err != nil {
			p.report(key, excerpt(path)+" is no path and no pattern", `put \ before a [ that is part of a name`)
		}
	}
	if s.Stream != "" {
		checkName(p, key+".stream", s.Stream)
	}
	if s.Host != "" {
		checkName(p, key+".host", s.Host)
	}
	checkYear(p, key+".year", s.Year)
	if s.Remember != 0 {
		checkRange(p, key+".remember", s.Remember, minRemember, maxRemember)
	}
	if s.MaxOpen != 0 {
		checkNumber(p, key+".max_open", s.MaxOpen, minOpen, maxOpen)
	}
	if len(s.AddressPatterns) > 0 && s.Type != schemas.SourceARF.String() {
		p.report(key+".address_patterns", "only reports have them", "give the source the type "+schemas.SourceARF.String())
	}
	if len(s.PathPatterns) > 0 && s.Type != schemas.SourceTracking.String() {
		p.report(key+".path_patterns", "only access logs have them", "give the source the type "+schemas.SourceTracking.String())
	}
}

// checkOrigin checks where a source is read from, but for paths themselves.
func (s *Source) checkOrigin(p *problems, key string) {
	mail := s.IMAP != nil || s.Listen != ""
	switch {
	case !mail && len(s.Paths) == 0:
		p.report(key+".paths", "names nothing to read", "list files, patterns or directories")
	case mail && len(s.Paths) > 0 || s.IMAP != nil && s.Listen != "":
		p.report(key, "is read from several places", "name paths, imap or listen, and make a source of each of the others")
	case mail && s.Type != schemas.SourceARF.String():
		p.report(key+".type", "is none of mails", "give the source the type "+schemas.SourceARF.String())
	}
	if s.Listen != "" {
		if _, _, err := lmtp.ParseURL(s.Listen); err != nil {
			p.report(key+".listen", err.Error(), "write lmtp://127.0.0.1:2424 or smtp://127.0.0.1:2525")
		}
	}
	if m := s.IMAP; m != nil {
		m.check(p, key+".imap")
	}
}

func (m *IMAP) check(p *problems, key string) {
	checkAddresses(p, key+".address", []string{m.Address}, "993")
	if m.User == "" {
		p.report(key+".user", "is missing", "name the user")
	}
	m.Password.require(p, key, "password")
	m.TLS.check(p, key+".tls")
	host, _, _ := net.SplitHostPort(m.Address)
	switch {
	case m.TLS == nil && m.StartTLS:
		p.report(key+".starttls", "needs to know of TLS", "add tls: {}")
	case m.TLS == nil && !lmtp.IsLoopback(host):
		p.report(key+".tls", "is missing: the password would be sent in the open", "add tls: {}")
	}
	if strings.EqualFold(cmp.Or(m.Mailbox, "INBOX"), m.MoveTo) {
		p.report(key+".move_to", "is the mailbox itself", "name another folder")
	}
}

// sourceTypes are the names of all types of sources.
func sourceTypes() []string {
	var names []string
	for t := schemas.SourceNone + 1; ; t++ {
		if _, known := schemas.ParseSourceType(t.String()); !known {
			return names
		}
		names = append(names, t.String())
	}
}

func checkName(p *problems, key, name string) {
	switch {
	case name == "":
		p.report(key, "is missing", "")
	case len(name) > maxName:
		p.report(key, fmt.Sprintf("is longer than %d bytes", maxName), "")
	case strings.TrimSpace(name) != name || strings.ContainsFunc(name, unicode.IsControl):
		p.report(key, excerpt(name)+" has white space around it or control characters in it", "")
	}
}

func checkYear(p *problems, key string, year int) {
	if year != 0 && (year < minYear || year > maxYear) {
		p.report(key, fmt.Sprintf("%d is out of range", year), fmt.Sprintf("want %d to %d, or 0 for the file's date", minYear, maxYear))
	}
}

func checkNumber(p *problems, key string, n, least, most int) {
	if n < least || n > most {
		p.report(key, fmt.Sprintf("%d is out of range", n), fmt.Sprintf("want %d to %d", least, most))
	}
}

func checkRange(p *problems, key string, d, least, most time.Duration) {
	if d < least || d > most {
		p.report(key, formatDuration(d)+" is out of range", fmt.Sprintf("want %s to %s", formatDuration(least), formatDuration(most)))
	}
}

// seen finds values that must not stand twice.
type seen map[string]string

func (s seen) add(p *problems, key, value, what string) {
	if value == "" {
		return
	}
	if first, twice := s[value]; twice {
		p.report(key, fmt.Sprintf("%s %s is also %s", what, excerpt(value), first), "each belongs to one place")
		return
	}
	s[value] = key
}
