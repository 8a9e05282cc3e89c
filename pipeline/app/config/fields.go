package config

import (
	"regexp"

	"mailfate/sources/mta/queue"
	"mailfate/sources/tracking"
)

// A field is one key of a section.
type field struct {
	key   string
	value value
}

func (c *Config) fields() []field {
	return []field{
		{"data", text{&c.Data}},
		{"roles", texts(&c.Roles)},
		{"time_zone", zone{&c.Location}},
		{"year", number{&c.Year}},
		{"message_id_pattern", expression{&c.MessageIDPattern}},
		{"kafka", section(c.Kafka.fields())},
		{"clickhouse", section(c.ClickHouse.fields())},
		{"accounts", list[Account]{&c.Accounts, newAccount, accountValue}},
		{"id_keys", list[IDKey]{&c.IDKeys, func() IDKey { return IDKey{} }, idKeyValue}},
		{"sources", list[Source]{&c.Sources, newSource, sourceValue}},
		{"timers", section(c.Timers.fields())},
		{"classify", section(c.Classify.fields())},
		{"retention", section{
			{"life", duration{&c.Retention.Life}},
			{"rows", section(c.Retention.Rows.fields())},
		}},
		{"keep_examples", text{&c.KeepExamples}},
		{"metrics", section{{"listen", text{&c.Metrics.Listen}}}},
		{"tracker", section(c.Tracker.fields())},
		{"api", section(c.API.fields())},
	}
}

func (c *Classify) fields() []field {
	return []field{
		{"rules", text{&c.Rules}},
		{"machines", text{&c.Machines}},
		{"networks", text{&c.Networks}},
	}
}

func (r *Rows) fields() []field {
	return []field{
		{"events", number{&r.Events}},
		{"changes", number{&r.Changes}},
		{"messages", number{&r.Messages}},
		{"hours", number{&r.Hours}},
	}
}

func (k *Kafka) fields() []field {
	return []field{
		{"brokers", texts(&k.Brokers)},
		{"tls", optional[TLS]{&k.TLS, (*TLS).fields}},
		{"sasl", optional[SASL]{&k.SASL, (*SASL).fields}},
		{"partitions", number{&k.Partitions}},
		{"replication", number{&k.Replication}},
	}
}

func (s *SASL) fields() []field {
	return append([]field{
		{"mechanism", text{&s.Mechanism}},
		{"user", text{&s.User}},
	}, s.Password.fields("password")...)
}

func (t *TLS) fields() []field {
	return []field{
		{"ca", text{&t.CA}},
		{"cert", text{&t.Cert}},
		{"key", text{&t.Key}},
		{"server_name", text{&t.ServerName}},
		{"insecure", flag{&t.Insecure}},
	}
}

func (c *ClickHouse) fields() []field {
	fields := append([]field{
		{"addresses", texts(&c.Addresses)},
		{"database", text{&c.Database}},
		{"user", text{&c.User}},
	}, c.Password.fields("password")...)
	return append(fields, field{"tls", optional[TLS]{&c.TLS, (*TLS).fields}})
}

// fields are the keys of a secret which is called what.
func (s *Secret) fields(what string) []field {
	return []field{
		{what, forbidden{"a " + what + " does not stand in this file", "name an environment variable (" + what + "_env) or a file (" + what + "_file)"}},
		{what + "_env", name{&s.Env}},
		{what + "_file", text{&s.File}},
	}
}

// newAccount returns an account of which nothing is said.
func newAccount() Account { return Account{OpenTracking: true, ClickTracking: true} }

func accountValue(a *Account) value {
	return section{
		{"name", text{&a.Name}},
		{"domains", list[string]{&a.Domains, empty, func(s *string) value { return domain{s} }}},
		{"sasl_users", texts(&a.SASLUsers)},
		{"header", text{&a.Header}},
		{"open_tracking", flag{&a.OpenTracking}},
		{"click_tracking", flag{&a.ClickTracking}},
	}
}

// newSource returns a source of which nothing is said.
func newSource() Source {
	return Source{Remember: queue.DefaultLifetime, MaxOpen: queue.DefaultMaxOpen}
}

func sourceValue(s *Source) value {
	return section{
		{"type", text{&s.Type}},
		{"paths", texts(&s.Paths)},
		{"imap", optional[IMAP]{&s.IMAP, (*IMAP).fields}},
		{"listen", text{&s.Listen}},
		{"stream", text{&s.Stream}},
		{"host", text{&s.Host}},
		{"time_zone", zone{&s.Location}},
		{"year", number{&s.Year}},
		{"message_id_pattern", expression{&s.MessageIDPattern}},
		{"remember", duration{&s.Remember}},
		{"max_open", number{&s.MaxOpen}},
		{"path_patterns", list[tracking.Pattern]{&s.PathPatterns, func() tracking.Pattern { return tracking.Pattern{} }, patternValue}},
		{"address_patterns", list[*regexp.Regexp]{&s.AddressPatterns, func() *regexp.Regexp { return nil }, addressValue}},
	}
}

func (m *IMAP) fields() []field {
	fields := append([]field{
		{"address", text{&m.Address}},
		{"user", text{&m.User}},
	}, m.Password.fields("password")...)
	return append(fields,
		field{"mailbox", text{&m.Mailbox}},
		field{"move_to", text{&m.MoveTo}},
		field{"tls", optional[TLS]{&m.TLS, (*TLS).fields}},
		field{"starttls", flag{&m.StartTLS}},
	)
}

func idKeyValue(k *IDKey) value {
	return section(append([]field{{"name", text{&k.Name}}}, k.Secret.fields("key")...))
}

func addressValue(re **regexp.Regexp) value { return addressPattern{re} }

func patternValue(p *tracking.Pattern) value { return &pathPattern{to: p} }

func (t *Timers) fields() []field {
	return []field{
		{"give_up", duration{&t.GiveUp}},
		{"depleted", duration{&t.Depleted}},
	}
}
