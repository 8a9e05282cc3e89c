package config

// API says where questions are answered.
type API struct {
	Listen string // host:port; "": nowhere
}

func (a *API) fields() []field {
	return []field{{"listen", text{&a.Listen}}}
}

func (a *API) check(p *problems) {
	if a.Listen != "" {
		checkAddresses(p, "api.listen", []string{a.Listen}, "8026")
	}
}
