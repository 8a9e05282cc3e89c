package apachekafka

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

const (
	// The system hands out ports from 32768 on Linux, and higher ones elsewhere.
	firstPort, lastPort = 12_000, 32_767
	// freeTries bounds the search for a port that nobody uses.
	freeTries = 1000
)

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// freePorts returns two ports that nobody listens on just now.
func freePorts() (ports [2]int, err error) {
	found := 0
	for range freeTries {
		port := firstPort + rand.IntN(lastPort-firstPort+1)
		l, err := net.Listen("tcp", address(port))
		if err != nil {
			continue
		}
		defer func() { _ = l.Close() }() // held until both are found, so that they differ
		ports[found] = port
		if found++; found == len(ports) {
			return ports, nil
		}
	}
	return ports, fmt.Errorf("find free ports: %w", errors.New("none from "+strconv.Itoa(firstPort)+" to "+strconv.Itoa(lastPort)))
}
