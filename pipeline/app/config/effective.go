package config

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// Effective returns what the configuration says, defaults included, as a file
// that Parse reads back to the same. Secrets are not in it, only where they are.
func (c *Config) Effective() []byte {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	// Neither fails: the nodes are well formed, and a buffer takes everything.
	_ = e.Encode(writeFields(c.fields()))
	_ = e.Close()
	return b.Bytes()
}
