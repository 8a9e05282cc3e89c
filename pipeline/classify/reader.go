package classify

import "strings"

// Machine reports whether a user agent is a program that fetches unasked: what
// it does is no reading by a person. An image proxy that fetches when somebody
// opens (Google's) stands for that person.
func Machine(agent string) bool {
	if agent == "Mozilla/5.0" { // Apple's Mail Privacy Protection: nothing else is so short
		return true
	}
	for _, part := range machineParts {
		if strings.Contains(agent, part) {
			return true
		}
	}
	for _, name := range machineNames {
		if strings.HasPrefix(agent, name) {
			return true
		}
	}
	return false
}

var (
	machineParts = []string{
		"Edge/12.246 Mozilla/5.0", // Gmail's prefetch
		"HeadlessChrome",
		"Scanner",
		"scanner",
		"; +http", // robots that say where they are explained
	}
	machineNames = []string{"curl/", "Wget/", "python-requests/", "Go-http-client/"}
)
