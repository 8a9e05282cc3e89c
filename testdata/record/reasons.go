package main

import "strings"

// byCode are the reasons that an enhanced status code says by itself; the class in front is left out.
var byCode = map[string]string{
	"1.1": "user_unknown", "1.2": "no_dns", "1.3": "address_syntax", "1.6": "mailbox_discarded", "1.7": "sender_rejected", "1.8": "sender_rejected", "1.10": "domain_inactive",
	"2.1": "user_inactive", "2.2": "mailbox_full", "2.3": "too_large",
	"3.0": "remote_error", "3.4": "too_large",
	"4.1": "connection_failed", "4.2": "connection_failed", "4.3": "dns_failure", "4.4": "no_dns", "4.6": "misconfigured",
	"7.10": "tls_required", "7.28": "rate_limited",
}

// onlyFor are codes of byCode that mean this in one class only.
var onlyFor = map[string]string{"2.1": "5", "3.0": "5", "4.1": "4", "4.2": "4", "4.3": "4", "4.4": "5"}

// reasonByCode is what the enhanced code says, else the SMTP code, and nothing else.
func reasonByCode(code int, enhanced string) string {
	class, rest, _ := strings.Cut(enhanced, ".")
	if r := byCode[rest]; r != "" && (onlyFor[rest] == "" || onlyFor[rest] == class) {
		return r
	}
	subject, detail, _ := strings.Cut(rest, ".")
	switch {
	case class == "4" && subject == "3":
		return "remote_error"
	case class == "4" && rest == "7.1":
		return "greylisted"
	case class == "5" && subject == "5":
		return "protocol_error"
	case class == "5" && subject == "7" && len(detail) == 2 && detail >= "20" && detail <= "26":
		return "auth_failed"
	case class == "5" && subject == "7":
		return "policy"
	case enhanced == "" && code == 421:
		return "rate_limited"
	default:
		return "unclassified"
	}
}

var hardReasons = map[string]bool{
	"user_unknown": true, "user_inactive": true, "mailbox_discarded": true, "address_syntax": true, "no_dns": true, "domain_inactive": true,
}

// isHard tells whether a bounce says that the address is bad. A policy code never does, whatever its words.
func isHard(reason, enhanced string) bool {
	return hardReasons[reason] && !strings.HasPrefix(enhanced, "5.7.")
}
