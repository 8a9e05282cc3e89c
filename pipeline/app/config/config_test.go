package config

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

const full = `
data: /d
time_zone: Europe/Berlin
year: 2025
message_id_pattern: '^(?P<message_id>\d+)@'
kafka:
  brokers: ["a:9092", "[::1]:9093"]
  tls: {ca: ca.pem, cert: c.pem, key: k.pem, server_name: kafka, insecure: true}
  sasl: {mechanism: PLAIN, user: "1", password_env: SECRET}
  partitions: 8
  replication: 3
clickhouse:
  addresses: [ch:9000]
  database: m
  user: u
  password_file: /run/secret
  tls: {}
accounts:
  - {name: a, domains: [EXAMPLE.com, "*.Example.com", Bücher.example], sasl_users: [U], header: X-A, click_tracking: false}
  - name: "no"
sources:
  - type: tracking
    paths: [x, '/y/*.log']
    stream: s
    host: h
    time_zone: UTC
    year: 2020
    remember: 20d
    max_open: 5000
    message_id_pattern: (?P<message_id>.+)
    path_patterns:
      - {kind: opened, pattern: "^/(?P<message_id>.+)"}
  - paths: [z]
timers:
  give_up: 1d12h
  depleted: 36h
keep_examples: raw
metrics: {listen: "127.0.0.1:9108"}
tracker:
  listen: 127.0.0.1:8025
  url: https://click.shop.example
  keys: [{id: 2, key_file: /k2}, {id: 1, key_env: K1}]
  proxies: [127.0.0.1, "10.0.0.0/8", "2001:db8::/32"]
  max_held: 0
  max_connections: 50
  spool_mb: 256
  keep: 2h
`

func mustParse(t *testing.T, s string) Config {
	t.Helper()
	c, err := Parse([]byte(s), "test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFull(t *testing.T) {
	c := mustParse(t, full)
	if c.Data != "/d" || c.Location.String() != "Europe/Berlin" || c.Year != 2025 {
		t.Errorf("%+v", c)
	}
	if k := c.Kafka; k.Brokers[1] != "[::1]:9093" || *k.TLS != (TLS{"ca.pem", "c.pem", "k.pem", "kafka", true}) ||
		*k.SASL != (SASL{"PLAIN", "1", Secret{Env: "SECRET"}}) || k.Partitions != 8 || k.Replication != 3 {
		t.Errorf("%+v", k)
	}
	if ch := c.ClickHouse; ch.Addresses[0] != "ch:9000" || ch.Database != "m" || ch.User != "u" || ch.Password.File != "/run/secret" || ch.TLS == nil {
		t.Errorf("%+v", ch)
	}
	want := Account{"a", []string{"example.com", "*.example.com", "xn--bcher-kva.example"}, []string{"U"}, "X-A", true, false}
	if !reflect.DeepEqual(c.Accounts[0], want) || c.Accounts[1].Name != "no" {
		t.Errorf("%+v", c.Accounts)
	}
	s, inherited := c.Sources[0], c.Sources[1]
	if s.Location != time.UTC || s.Year != 2020 || s.Stream != "s" || s.Host != "h" || len(s.PathPatterns) != 1 {
		t.Errorf("%+v", s)
	}
	if inherited.Type != "" || inherited.Location != c.Location || inherited.Year != 2025 || inherited.MessageID()("12@x") != "12" || inherited.MessageID()("x@y") != "" {
		t.Errorf("%+v", inherited)
	}
	if s.Remember != 20*day || s.MaxOpen != 5000 || inherited.Remember != 14*day || inherited.MaxOpen != 1_000_000 {
		t.Errorf("%+v, %+v", s, inherited)
	}
	if c.KeepExamples != "raw" || c.Metrics.Listen != "127.0.0.1:9108" {
		t.Errorf("%+v", c)
	}
	if tr := c.Tracker; tr.Keys[1] != (Key{1, Secret{Env: "K1"}}) || tr.MaxHeld != 0 || tr.Keep != 2*time.Hour || len(tr.Networks()) != 3 {
		t.Errorf("%+v", tr)
	}
	if c.Timers != (Timers{36 * time.Hour, 36 * time.Hour}) {
		t.Errorf("%+v", c.Timers)
	}
}

// equal reports whether two configurations say the same, wherever it stands.
func equal(a, b Config) bool {
	a.read, b.read = nil, nil
	return reflect.DeepEqual(a, b)
}

func TestEmptyIsDefault(t *testing.T) {
	for _, s := range []string{"", "# nothing\n", "---\n", "{}", "null", "kafka:\naccounts:\nsources:\ntimers:\n"} {
		c := mustParse(t, s)
		c.accounts = nil
		if !equal(c, Default()) {
			t.Errorf("%q: %+v", s, c)
		}
	}
	if src := (&Source{}).MessageID(); src != nil {
		t.Error("a source without a pattern has a function")
	}
	c := Default()
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
}

func TestEffective(t *testing.T) {
	for _, s := range []string{"", full, "accounts: [{name: 'yes'}, {name: ' # é'}, {name: '12'}, {name: '~'}]\ndata: '1e3'"} {
		if s != "" && strings.Contains(s, "' #") {
			s = strings.Replace(s, "' #", "'#", 1)
		}
		c := mustParse(t, s)
		out := c.Effective()
		again := mustParse(t, string(out))
		if !equal(c, again) {
			t.Errorf("%s\n%+v\n%+v", out, c, again)
		}
		if second := again.Effective(); !bytes.Equal(out, second) {
			t.Errorf("%s\n%s", out, second)
		}
	}
}

// TestErrors has a file for each way to be wrong, and what is said of it.
func TestErrors(t *testing.T) {
	const source = "\nsources:\n- paths: [x]\n  "
	for _, tt := range [][2]string{
		{"\nkafka:\n  brokrs: [a:1]", "c.yaml:3: kafka.brokrs: unknown key; did you mean brokers?"},
		{"data: x\nsuorces: []", "c.yaml:2: suorces: unknown key; did you mean sources?"},
		{"timers: {giveup: 1d}", "c.yaml:1: timers.giveup: unknown key; did you mean give_up?"},
		{"timers: {zzzzzz: 1d}", "c.yaml:1: timers.zzzzzz: unknown key; want one of give_up, depleted"},
		{"data: x\n\ndata: y", "c.yaml:3: data: is written twice, first in line 1"},
		{"data: [x]", "c.yaml:1: data: is of another type; want one value"},
		{"data:", "c.yaml:1: data: has no value; leave the key out for its default"},
		{"data: 12", "c.yaml:1: data: is no text; put quotes around it"},
		{"data: !x y", "c.yaml:1: data: is no text; put quotes around it"},
		{`data: "a\nb"`, "c.yaml:1: data: has line feeds or other control characters in it"},
		{"data: " + strings.Repeat("x", 4097), "c.yaml:1: data: is longer than 4096 bytes"},
		{"kafka: x", "c.yaml:1: kafka: is of another type; want keys with values"},
		{"kafka:\n  tls:", "c.yaml:2: kafka.tls: has no value; write {} for a section with all defaults, or leave the key out"},
		{"kafka: {brokers: a:1}", "c.yaml:1: kafka.brokers: is of another type; want a list: - one, or [one, another]"},
		{"kafka:\n  brokers:\n  - a:1\n  - b", `c.yaml:4: kafka.brokers[1]: "b" is no address; write host:port, such as localhost:9092`},
		{"kafka: {brokers: ['kafka://a:1']}", "c.yaml:1: kafka.brokers[0]: is a URL; write host:port alone"},
		{"kafka: {brokers: ['u:p@a:1']}", "c.yaml:1: kafka.brokers[0]: has a user in it; write host:port alone; user and password have keys of their own"},
		{"kafka: {partitions: many}", `c.yaml:1: kafka.partitions: "many" is no whole number`},
		{"kafka: {partitions: 1.5}", `c.yaml:1: kafka.partitions: "1.5" is no whole number`},
		{"kafka: {partitions: 4097}", "c.yaml:1: kafka.partitions: 4097 is out of range; want 1 to 4096, or 0 to leave topics as they are"},
		{"kafka: {replication: 0}", "c.yaml:1: kafka.replication: 0 is out of range; want 1 to 32, 3 for a cluster"},
		{"kafka:\n  sasl: {mechanism: scram-sha256, user: u, password_env: X}", `c.yaml:2: kafka.sasl.mechanism: "scram-sha256" is no mechanism; did you mean SCRAM-SHA-256?`},
		{"kafka:\n  sasl: {mechanism: PLAIN, user: u}", "c.yaml:2: kafka.sasl.password: is missing; name where it is with password_env or password_file"},
		{"kafka:\n  sasl: {mechanism: PLAIN, password_env: X}", "c.yaml:2: kafka.sasl.user: is missing; name the user"},
		{"clickhouse: {password: geheim}", "c.yaml:1: clickhouse.password: a password does not stand in this file; name an environment variable (password_env) or a file (password_file)"},
		{"clickhouse: {passwort: geheim}", "c.yaml:1: clickhouse.passwort: unknown key; want one of addresses, database, user, password_env, password_file, tls"},
		{"clickhouse: {password_env: ge-heim}", "c.yaml:1: clickhouse.password_env: is no name of an environment variable; write its name, such as MAILFATE_PASSWORD, and not the password"},
		{"clickhouse: {password_env: A, password_file: b}", "c.yaml:1: clickhouse.password_file: a password cannot be in two places; leave out password_env or password_file"},
		{"clickhouse: {database: 'a`b'}", "c.yaml:1: clickhouse.database: \"a`b\" is no name of a database; use letters, digits and underscores"},
		{"clickhouse: {user: ''}", "c.yaml:1: clickhouse.user: is empty; name the user, or leave the key out for default"},
		{"clickhouse: {tls: {cert: x}}", "c.yaml:1: clickhouse.tls: cert and key belong together; name both or neither"},
		{"clickhouse: {tls: {insecure: yes}}", `c.yaml:1: clickhouse.tls.insecure: "yes" is neither true nor false`},
		{"time_zone: Berlin", `c.yaml:1: time_zone: "Berlin" is no time zone; use a name of the IANA database, such as Europe/Berlin or UTC`},
		{"time_zone: Local", `c.yaml:1: time_zone: "Local" is no time zone; use a name of the IANA database, such as Europe/Berlin or UTC`},
		{"time_zone: ''", `c.yaml:1: time_zone: "" is no time zone; use a name of the IANA database, such as Europe/Berlin or UTC`},
		{"year: 26", "c.yaml:1: year: 26 is out of range; want 1982 to 2199, or 0 for the file's date"},
		{"timers: {give_up: 5}", `c.yaml:1: timers.give_up: "5" is no duration; want a duration such as 90s, 1h30m or 5d`},
		{"retention: {life: 6d}", "c.yaml:1: retention.life: 144h is out of range; want 168h to 87840h"},
		{"timers: {give_up: 10d}\nretention: {life: 9d}", "c.yaml:2: retention.life: ends before a timer of 240h; a message has to be known when its timer fires: choose a longer life"},
		{"retention: {rows: {messages: 3661}}", "c.yaml:1: retention.rows.messages: 3661 is out of range; want 0 to 3660"},
		{"retention: {rows: {hours: -1}}", "c.yaml:1: retention.rows.hours: -1 is out of range; want 0 to 3660"},
		{"retention: {rows: {messages: 30d}}", `c.yaml:1: retention.rows.messages: "30d" is no whole number`},
		{"retention: {rows: {messages: 30, events: 31}}", "c.yaml:1: retention.rows.events: outlive their messages; choose no more days than messages has"},
		{"retention: {rows: {messages: 30, changes: 31}}", "c.yaml:1: retention.rows.changes: outlive their messages; choose no more days than messages has"},
		{"retention: {live: 40d}", "c.yaml:1: retention.live: unknown key; did you mean life?"},
		{"keep_examples: all", `c.yaml:1: keep_examples: "all" is no way to keep them; want one of redacted, raw`},
		{"metrics: {listen: here}", `c.yaml:1: metrics.listen[0]: "here" is no address; write host:port, such as localhost:9108`},
		{source + "remember: 1h", "c.yaml:4: sources[0].remember: 1h is out of range; want 24h to 8784h"},
		{source + "max_open: 5", "c.yaml:4: sources[0].max_open: 5 is out of range; want 1000 to 100000000"},
		{"roles: []", "c.yaml:1: roles: names nothing to do; leave the key out for all of source, processor, sink, tracker"},
		{"roles: [source, sinks]", "c.yaml:1: roles[1]: \"sinks\" is no role; did you mean sink?"},
		{"tracker: {listen: 'h:1'}", "c.yaml:1: tracker.keys: is missing; a tracker answers what was signed: name a key"},
		{"sources: [{type: tracking, imap: {address: 'h.example:993', user: u, password_env: P, tls: {}}}]", `c.yaml:1: sources[0].type: is none of mails; give the source the type arf`},
		{"sources: [{type: arf, imap: {address: h, user: u, password_env: P, tls: {}}}]", `c.yaml:1: sources[0].imap.address[0]: "h" is no address; write host:port, such as localhost:993`},
		{"sources: [{type: arf, imap: {address: 'h:1', password_env: P, tls: {}}}]", `c.yaml:1: sources[0].imap.user: is missing; name the user`},
		{"sources: [{type: arf, imap: {address: 'h:1', user: u, tls: {}}}]", `c.yaml:1: sources[0].imap.password: is missing; name where it is with password_env or password_file`},
		{"sources: [{type: arf, imap: {address: 'h:1', user: u, password: p, tls: {}}}]", `c.yaml:1: sources[0].imap.password: a password does not stand in this file; name an environment variable (password_env) or a file (password_file)`},
		{"sources: [{type: arf, imap: {address: 'h.example:993', user: u, password_env: P, }}]", `c.yaml:1: sources[0].imap.tls: is missing: the password would be sent in the open; add tls: {}`},
		{"sources: [{type: arf, imap: {address: 'h.example:993', user: u, password_env: P, starttls: true}}]", `c.yaml:1: sources[0].imap.starttls: needs to know of TLS; add tls: {}`},
		{"sources: [{type: arf, imap: {address: 'h.example:993', user: u, password_env: P, tls: {}, move_to: inbox}}]", `c.yaml:1: sources[0].imap.move_to: is the mailbox itself; name another folder`},
		{"sources: [{type: arf, listen: 'lmtp://0.0.0.0:24'}]", `c.yaml:1: sources[0].listen: is not on this machine, and whoever can reach it could report anything; write lmtp://127.0.0.1:2424 or smtp://127.0.0.1:2525`},
		{"sources: [{type: arf, listen: here}]", `c.yaml:1: sources[0].listen: is no address to listen at; write lmtp://127.0.0.1:2424 or smtp://127.0.0.1:2525`},
		{"sources: [{type: arf, listen: 'lmtp://127.0.0.1:24', paths: [/x]}]", `c.yaml:1: sources[0]: is read from several places; name paths, imap or listen, and make a source of each of the others`},
		{"tracker: {url: 'https://a.example/x'}", "c.yaml:1: tracker.url: \"https://a.example/x\" is not what links can begin with; write https:// and a host, such as https://click.example.com"},
		{"tracker: {keys: [{id: 0, key_env: A}]}", "c.yaml:1: tracker.keys[0].id: 0 is out of range; want 1 to 255"},
		{"tracker: {keys: [{id: 1, key_env: A}, {id: 1, key_env: B}]}", "c.yaml:1: tracker.keys[1].id: key \"1\" is also tracker.keys[0].id; each belongs to one place"},
		{"tracker: {keys: [{id: 1, key: secret}]}", "c.yaml:1: tracker.keys[0].key: a key does not stand in this file; name an environment variable (key_env) or a file (key_file)"},
		{"tracker: {keys: [{id: 1}]}", "c.yaml:1: tracker.keys[0].key: is missing; name where it is with key_env or key_file"},
		{"tracker: {proxies: [localhost]}", "c.yaml:1: tracker.proxies[0]: \"localhost\" is no network; write an address or a network, such as 127.0.0.1 or 10.0.0.0/8"},
		{"roles: [source, source]", "c.yaml:1: roles[1]: role \"source\" is also roles[0]; each belongs to one place"},
		{"roles: source", "c.yaml:1: roles: is of another type; want a list: - one, or [one, another]"},
		{"timers: {give_up: 32d}", "c.yaml:1: timers.give_up: 768h is out of range; want 1m to 744h"},
		{"message_id_pattern: (", "c.yaml:1: message_id_pattern: compile expression: error parsing regexp: missing closing ): `(`"},
		{"message_id_pattern: (?P<id>.)", `c.yaml:1: message_id_pattern: "(?P<id>.)" has no group of that name; put (?P<message_id>…) around the id`},
		{"message_id_pattern: '(?P<message_id>(.{1000}){1000})'", "c.yaml:1: message_id_pattern: compile expression: error parsing regexp: invalid repeat count: `{1000}`"},
		{"accounts: [{}]", "c.yaml:1: accounts[0].name: is missing"},
		{"accounts:\n- name: Default", `c.yaml:2: accounts[0].name: "Default" is reserved; it means that no account is known; choose another name`},
		{"accounts:\n- name: ' a'", `c.yaml:2: accounts[0].name: " a" has white space around it or control characters in it`},
		{"accounts:\n- name: a\n- name: a", `c.yaml:3: accounts[1].name: account "a" is also accounts[0].name; each belongs to one place`},
		{"accounts:\n- {name: a, domains: [x.de]}\n- {name: b, domains: [X.DE]}", `c.yaml:3: accounts[1].domains[0]: domain "x.de" is also accounts[0].domains[0]; each belongs to one place`},
		{"accounts:\n- {name: a, sasl_users: [x, X]}", `c.yaml:2: accounts[0].sasl_users[1]: user "x" is also accounts[0].sasl_users[0]; each belongs to one place`},
		{"accounts:\n- {name: a, domains: ['@x.de']}", `c.yaml:2: accounts[0].domains[0]: "@x.de" is no domain; write example.com, or *.example.com for all its subdomains`},
		{"accounts:\n- {name: a, domains: ['']}", `c.yaml:2: accounts[0].domains[0]: "" is no domain; write example.com, or *.example.com for all its subdomains`},
		{"accounts:\n- {name: a, header: 'X A'}", `c.yaml:2: accounts[0].header: "X A" is no name of a header; write it without the colon`},
		{"sources:\n- {}", "c.yaml:2: sources[0].paths: names nothing to read; list files, patterns or directories"},
		{"sources:\n- paths: [a, '']", `c.yaml:2: sources[0].paths[1]: "" is no path and no pattern; put \ before a [ that is part of a name`},
		{"sources:\n- paths: ['a[']", `c.yaml:2: sources[0].paths[0]: "a[" is no path and no pattern; put \ before a [ that is part of a name`},
		{source + "type: postfx", `c.yaml:4: sources[0].type: "postfx" is no type of source; did you mean postfix?`},
		{source + "type: exim4mail", `c.yaml:4: sources[0].type: "exim4mail" is no type of source; want one of postfix, platform, tracking, arf, powermta, kumomta, sendmail, exim`},
		{source + "stream: s\n- paths: [y]\n  stream: s", `c.yaml:6: sources[1].stream: stream "s" is also sources[0].stream; each belongs to one place`},
		{source + "type: arf\n  address_patterns: ['^b-(?P<message_id>.+)@']", "c.yaml:5: sources[0].address_patterns[0]: use pattern: parse address pattern: \"^b-(?P<message_id>.+)@\" takes addresses of any domain for ours; end it with the domain, as in @shop\\.example$"},
		{source + "path_patterns: [{kind: opened, pattern: '(?P<message_id>.)'}]", "c.yaml:4: sources[0].path_patterns: only access logs have them; give the source the type tracking"},
		{"sources:\n- paths: [x]\n  type: tracking\n  path_patterns:\n  - kind: delivered\n    pattern: (?P<message_id>.)", "c.yaml:5: sources[0].path_patterns[0]: use pattern: parse path pattern: kind \"delivered\": want one of [opened read clicked unsubscribed]"},
		{"- a", "c.yaml:1: is of another type; want keys with values"},
		{"kafka: &k {}\nclickhouse: *k", "c.yaml:2: clickhouse: aliases are not supported; write the value out"},
		{"kafka: &k {partitions: 1}\ntimers:\n  <<: *k", "c.yaml:3: timers: a key is no plain word; merge keys, aliases and the like are not supported"},
		{"? [a]\n: b", "c.yaml:1: a key is no plain word; merge keys, aliases and the like are not supported"},
		{"data: x\n---\ndata: y", "c.yaml:2: a second document begins here; a configuration is one document, without ---"},
		{"kafka:\n\tbrokers: []", "c.yaml:2: no YAML: found character that cannot start any token; indent with spaces, not tabs, and quote values that begin with a special character"},
		{"data: \xff", "c.yaml: no YAML: invalid leading UTF-8 octet"},
		{strings.Repeat("#", maxFile+1), "c.yaml: larger than 1048576 bytes; is it the right file?"},
	} {
		_, err := Parse([]byte(tt[0]), "c.yaml")
		if err == nil {
			t.Errorf("%.80s: accepted", tt[0])
			continue
		}
		if err.Error() != tt[1] {
			t.Errorf("%.80s\n got %s\nwant %s", tt[0], err, tt[1])
		}
		var e *Error
		if !errors.As(err, &e) || e.File != "c.yaml" {
			t.Errorf("%.80s: %T", tt[0], err)
		}
		if strings.Contains(err.Error(), "geheim") || strings.Contains(err.Error(), "ge-heim") || strings.Contains(err.Error(), "u:p") {
			t.Errorf("a password is told: %s", err)
		}
	}
}

func TestAllProblemsAreTold(t *testing.T) {
	_, err := Parse([]byte("dada: x\nkafka: {brokers: [a]}\nyear: x"), "c.yaml")
	if n := strings.Count(fmt.Sprint(err), "c.yaml:"); n != 3 {
		t.Errorf("%d problems: %v", n, err)
	}
	_, err = Parse([]byte("kafka: {brokers: ["+strings.Repeat("a,", 100)+"a]}"), "c.yaml")
	if !strings.HasSuffix(fmt.Sprint(err), "c.yaml: 81 more problems") {
		t.Error(err)
	}
}

func TestBombs(t *testing.T) {
	bomb := "a0: &a0 x\n"
	for i := 1; i < 30; i++ {
		bomb += fmt.Sprintf("a%d: &a%d [*a%d, *a%d]\n", i, i, i-1, i-1)
	}
	for _, s := range []string{bomb, strings.Repeat("[", 500_000), strings.Repeat("a: {", 200_000), strings.Repeat("- ", 500_000), "kafka: &k\n  tls: *k"} {
		if _, err := Parse([]byte(s), "c.yaml"); err == nil {
			t.Errorf("%.20s: accepted", s)
		}
	}
}

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.yaml")
	var e *Error
	if _, err := Load(path); !errors.As(err, &e) || !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Error(err)
	}
	if _, err := Load(filepath.Dir(path)); !errors.As(err, &e) {
		t.Error(err)
	}
	if err := os.WriteFile(path, []byte("data: d\nyer: 2025"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil || err.Error() != path+":2: yer: unknown key; did you mean year?" {
		t.Error(err)
	}
}

func TestValidateAfterFlags(t *testing.T) {
	c := mustParse(t, full)
	c.Kafka.Brokers = []string{"nonsense"}
	c.Accounts[0].Domains = []string{"UPPER.example"}
	err := c.Validate()
	var e *Error
	if !errors.As(err, &e) || strings.Count(err.Error(), "\n") != 1 || e.File != "" || e.Line != 0 {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte("kafka: &k {tls: *k, <<: *k}\n? [a]\n: b\n---\n"))
	f.Add([]byte("timers: {give_up: 1d1h, depleted: 0.5h}\naccounts: [{name: \"\\x00\"}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse(data, "f")
		if err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		again, err := Parse(c.Effective(), "effective")
		if err != nil {
			t.Fatalf("%v\n%s", err, c.Effective())
		}
		if !equal(c, again) {
			t.Fatalf("%+v\n%+v", c, again)
		}
	})
}
