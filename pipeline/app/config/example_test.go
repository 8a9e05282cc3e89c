package config

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const exampleFile = "../../../mailfate.example.yaml"

var (
	commentedDefault = regexp.MustCompile(`(?m)^( *)#([a-z_]+:)`)
	commentedExample = regexp.MustCompile(`(?m)^( *)#: `)
)

func readExample(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestExampleDefaults takes the comments off what is said to be a default.
func TestExampleDefaults(t *testing.T) {
	example := readExample(t)
	as, all := mustParse(t, example), mustParse(t, commentedDefault.ReplaceAllString(example, "$1$2"))
	if len(commentedDefault.FindAllString(example, -1)) < 10 {
		t.Error("no defaults found")
	}
	if !equal(as, all) {
		t.Errorf("as it is:\n%s\nwith its defaults:\n%s", as.Effective(), all.Effective())
	}
}

// TestExampleIsComplete takes the comments off all settings; every key must be
// among them, and each must be one that exists.
func TestExampleIsComplete(t *testing.T) {
	example := commentedExample.ReplaceAllString(readExample(t), "$1")
	mustParse(t, example)
	example = commentedDefault.ReplaceAllString(example, "$1$2")
	example = regexp.MustCompile(`(?m)^ *(brokers|addresses): \[\]\n`).ReplaceAllString(example, "")
	c := mustParse(t, example)
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(example), &root); err != nil {
		t.Fatal(err)
	}
	written := map[string]bool{}
	collect(&root, "", written)
	for _, key := range allKeys(c.fields(), "") {
		if !written[key] {
			t.Errorf("%s is not in the example", key)
		}
	}
}

// collect notes the paths of all keys, without places in lists.
func collect(n *yaml.Node, path string, to map[string]bool) {
	if n.Kind != yaml.MappingNode {
		for _, c := range n.Content {
			collect(c, path, to)
		}
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := join(path, n.Content[i].Value)
		to[key] = true
		collect(n.Content[i+1], key, to)
	}
}

func allKeys(fields []field, path string) []string {
	var all []string
	for _, f := range fields {
		key := join(path, f.key)
		switch v := f.value.(type) {
		case forbidden:
			continue
		case section:
			all = append(all, allKeys(v, key)...)
		case optional[TLS]:
			all = append(all, allKeys(new(TLS).fields(), strings.NewReplacer("clickhouse", "kafka", "sources.imap", "kafka").Replace(key))...)
		case optional[SASL]:
			all = append(all, "kafka.sasl.mechanism", "kafka.sasl.user", "kafka.sasl.password_env")
		case optional[IMAP]:
			all = append(all, allKeys(new(IMAP).fields(), key)...)
		case list[Account]:
			all = append(all, allKeys(accountValue(new(Account)).(section), key)...)
		case list[Key]:
			all = append(all, join(key, "id"), join(key, "key_env"), join(key, "key_file"))
		case list[Source]:
			all = append(all, allKeys(sourceValue(new(Source)).(section), key)...)
		}
		if key != "clickhouse.password_env" && key != "sources.imap.password_file" { // shown as those of others
			all = append(all, key)
		}
	}
	return all
}
