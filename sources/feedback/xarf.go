package feedback

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
)

// xarf is what is read of a report in XARF, which is JSON in a mail: version 4
// (https://xarf.org/docs/specification/) and, below Report, versions 2 and 3
// (https://github.com/abusix/xarf). Names of members are read in any case.
type xarf struct {
	Version  json.RawMessage `json:"xarf_version"` // a number, too
	Type     string          `json:"type"`
	Source   string          `json:"source_identifier"`
	From     string          `json:"smtp_from"`
	To       string          `json:"smtp_to"`
	ID       string          `json:"message_id"`
	Evidence []struct {
		ContentType string `json:"content_type"`
		Payload     string // base64
	}
	Report struct {
		ReportType          string
		SourceIP            string
		SMTPMailFromAddress string
		Samples             []struct {
			ContentType   string
			Base64Encoded bool
			Payload       string
		}
	}
}

// xarfTypes are the Feedback-Types of those of XARF that mails are reported for.
// What is reported of a machine, and not of a mail, keeps its own name.
var xarfTypes = map[string]string{
	"spam": "abuse", "bulk_messaging": "abuse", "phishing": "fraud", "fraud": "fraud", "malware": "virus",
}

// setXARF takes a part for a report in XARF; false when it is none. It says the
// same as the part of an ARF report would, and counts where there is no such part
// or that only refers to it.
func (r *report) setXARF(p *part) bool {
	text, _ := p.decoded()
	x, ok := readXARF(text)
	if !ok {
		return false
	}
	r.setEvidence(x)
	if t := r.feedbackType(); t != "" && t != "xarf" {
		return true
	}
	reported := strings.ToLower(cmp.Or(x.Type, x.Report.ReportType, "xarf"))
	said := fields{{"feedback-type", cmp.Or(xarfTypes[reported], reported)}}
	for _, f := range []field{
		{"source-ip", cmp.Or(x.Source, x.Report.SourceIP)},
		{"original-mail-from", cmp.Or(x.From, x.Report.SMTPMailFromAddress)},
		{"original-rcpt-to", x.To},
	} {
		if f.value != "" {
			said = append(said, f)
		}
	}
	r.feedback = append(said, r.feedback...)
	return true
}

// readXARF reads what is of the right type, and passes over the members that are
// of another: one of them says nothing against the rest.
func readXARF(text []byte) (*xarf, bool) {
	var x xarf
	err := json.Unmarshal(bytes.TrimPrefix(text, []byte("\ufeff")), &x)
	var other *json.UnmarshalTypeError
	if err != nil && !errors.As(err, &other) {
		return nil, false
	}
	return &x, len(x.Version) > 0 || x.Report.ReportType != ""
}

// setEvidence finds the mail that is reported. Where the mail itself is attached to
// the report, that counts.
func (r *report) setEvidence(x *xarf) {
	if x.ID != "" {
		r.returned = fields{{"message-id", x.ID}}
	}
	for _, e := range x.Evidence {
		r.setSample(e.ContentType, e.Payload, true)
	}
	for _, s := range x.Report.Samples {
		r.setSample(s.ContentType, s.Payload, s.Base64Encoded)
	}
}

func (r *report) setSample(contentType, payload string, encoded bool) {
	kind, _ := mediaType(contentType)
	if kind != "message/rfc822" && kind != "text/rfc822-headers" {
		return
	}
	if encoded {
		text, err := base64.StdEncoding.DecodeString(payload)
		if err != nil {
			return
		}
		payload = string(text)
	}
	if fs := returnedFields([]byte(payload), true); fs.first("message-id") != "" {
		r.returned = fs
	}
}
