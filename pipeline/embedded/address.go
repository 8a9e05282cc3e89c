package embedded

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// portName is the file that remembers the broker's port between starts.
const portName = "port"

// BrokerAddress returns where the broker of a directory listens, or did when it
// ran last.
func BrokerAddress(dir string) (string, error) {
	port := rememberedPort(dir)
	if port == 0 {
		return "", fmt.Errorf("find broker: %s names no port; has one run there?", filepath.Join(dir, portName))
	}
	return address(port), nil
}

// listen takes the wanted port, or the remembered one if it is free, or any.
func listen(dir string, port int) (net.Listener, error) {
	if port == 0 {
		if l, err := net.Listen("tcp", address(rememberedPort(dir))); err == nil {
			return l, nil
		}
	}
	l, err := net.Listen("tcp", address(port))
	if err != nil {
		return nil, fmt.Errorf("listen: %w; choose another port, or 0 for a free one", err)
	}
	return l, nil
}

// rememberedPort is 0 when there is none: a lost file costs an address only.
func rememberedPort(dir string) int {
	text, err := os.ReadFile(filepath.Join(dir, portName))
	if err != nil {
		return 0
	}
	port, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 16)
	if err != nil {
		return 0
	}
	return int(port)
}

func rememberPort(dir string, l net.Listener) error {
	port := l.Addr().(*net.TCPAddr).Port
	if port == rememberedPort(dir) {
		return nil
	}
	if err := os.WriteFile(filepath.Join(dir, portName), []byte(strconv.Itoa(port)+"\n"), 0o600); err != nil {
		return fmt.Errorf("remember port: %w", err)
	}
	return nil
}
