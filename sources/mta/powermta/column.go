package powermta

import "bytes"

// A column is one whose values we read.
type column uint8

const (
	other column = iota // any that says nothing to us
	recordType
	timeLogged
	timeQueued
	orig
	rcpt
	orcpt
	dsnAction
	dsnStatus
	dsnDiag
	dsnMta
	dsnReportingMta
	bounceCat
	dlvType
	dlvSourceIP
	dlvSize
	vmta
	jobID
	envID
	smtpUser
	feedbackType
	userAgent
	reportingMta
	messageID
	subject
	jobHeader
	hotmailRecipient
	arfSourceIP
	columnCount
)

// columnByName has the names in lower case: those of headers are written as in
// the configuration.
var columnByName = map[string]column{
	"type":                            recordType,
	"timelogged":                      timeLogged,
	"timequeued":                      timeQueued,
	"orig":                            orig,
	"rcpt":                            rcpt,
	"orcpt":                           orcpt,
	"dsnaction":                       dsnAction,
	"dsnstatus":                       dsnStatus,
	"dsndiag":                         dsnDiag,
	"dsnmta":                          dsnMta,
	"dsnreportingmta":                 dsnReportingMta,
	"bouncecat":                       bounceCat,
	"dlvtype":                         dlvType,
	"dlvsourceip":                     dlvSourceIP,
	"dlvsize":                         dlvSize,
	"vmta":                            vmta,
	"jobid":                           jobID,
	"envid":                           envID,
	"rcvsmtpuser":                     smtpUser,
	"feedbacktype":                    feedbackType,
	"useragent":                       userAgent,
	"reportingmta":                    reportingMta,
	"header_message-id":               messageID,
	"header_subject":                  subject,
	"header_x-job":                    jobHeader,
	"header_x-hmxmroriginalrecipient": hotmailRecipient,
	"arf_source-ip":                   arfSourceIP,
}

// defaultHeader names the columns that d and b records have by default.
const defaultHeader = "type,timeLogged,timeQueued,orig,rcpt,orcpt,dsnAction,dsnStatus,dsnDiag,dsnMta,bounceCat,srcType,srcMta," +
	"dlvType,dlvSourceIp,dlvDestinationIp,dlvEsmtpAvailable,dlvSize,vmta,jobId,envId,queue,vmtaPool"

// maxHeader is the longest header that is remembered, in bytes.
const maxHeader = 64 << 10

// isHeader reports whether a line is a header: the first column is always the
// record's type.
func isHeader(line []byte) bool {
	const first = "type,"
	return len(line) > len(first) && bytes.EqualFold(line[:len(first)], []byte(first))
}

// parseHeader reads which column stands where. Of two with one name the first
// counts. It reports whether there is what every record needs.
func parseHeader(line []byte) (columns []column, ok bool) {
	if len(line) > maxHeader {
		return nil, false
	}
	var seen [columnCount]bool
	for name := range bytes.SplitSeq(line, []byte{','}) {
		c := columnByName[string(bytes.ToLower(bytes.Trim(name, `" `)))]
		if seen[c] {
			c = other
		}
		seen[c] = true
		columns = append(columns, c)
	}
	return columns, seen[timeLogged] && len(columns) <= maxColumns
}
