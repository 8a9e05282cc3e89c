package lmtp

import (
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

var (
	errURL      = errors.New("is no address to listen at")
	errLoopback = errors.New("is not on this machine, and whoever can reach it could report anything")
)

// ParseURL reads lmtp://HOST:PORT or smtp://HOST:PORT, on loopback.
func ParseURL(url string) (lmtp bool, address string, err error) {
	address, lmtp = strings.CutPrefix(url, "lmtp://")
	if !lmtp {
		var smtp bool
		if address, smtp = strings.CutPrefix(url, "smtp://"); !smtp {
			return false, "", errURL
		}
	}
	host, port, err := net.SplitHostPort(address)
	if _, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil {
		return false, "", errURL
	}
	if !IsLoopback(host) {
		return false, "", errLoopback
	}
	return lmtp, address, nil
}

// IsLoopback reports whether a host is this machine, without asking anybody.
func IsLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
