package embedded

import (
	"fmt"
	"path/filepath"
)

// BrokerAddress returns where the broker of a directory listens, or did when it
// ran last.
func BrokerAddress(dir string) (string, error) {
	port := rememberedPort(dir)
	if port == 0 {
		return "", fmt.Errorf("find broker: %s names no port; has one run there?", filepath.Join(dir, portName))
	}
	return address(port), nil
}
