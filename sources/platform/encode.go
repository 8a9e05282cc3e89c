package platform

import (
	"strconv"
	"time"

	"mailfate/schemas"
	"mailfate/sources/jsonline"
)

// AppendJSON appends an event as one line of this package's format, without
// the line end. It is valid UTF-8 whatever the event's texts are (what is not is
// replaced by U+FFFD) and holds no raw control character. Keys that would be
// empty are left out.
func AppendJSON(b []byte, ev *schemas.Event) []byte {
	b = append(b, `{"time":"`...)
	b = time.UnixMilli(ev.Time).UTC().AppendFormat(b, "2006-01-02T15:04:05.000Z07:00")
	b = append(b, '"')
	b = appendText(b, fieldEvent, ev.Kind.String())
	b = appendText(b, fieldMessageID, ev.MessageID)
	b = appendText(b, fieldRecipient, ev.Recipient)
	b = appendText(b, fieldAccount, ev.Account)
	b = appendText(b, fieldEmailID, ev.EmailID)
	b = appendText(b, fieldSender, ev.Sender)
	b = appendText(b, fieldSubject, ev.Subject)
	b = appendText(b, fieldCampaign, ev.Campaign)
	b = appendTags(b, ev.Tags)
	b = appendText(b, fieldReason, ev.Reason.String())
	b = appendNumber(b, fieldCode, int64(ev.Code))
	b = appendText(b, fieldEnhanced, ev.Enhanced)
	b = appendText(b, fieldReply, ev.Reply)
	b = appendText(b, fieldCommand, ev.Command)
	b = appendText(b, fieldURL, ev.URL)
	b = appendText(b, fieldUserAgent, ev.UserAgent)
	b = appendText(b, fieldIP, ev.IP)
	b = appendNumber(b, fieldSize, ev.Size)
	b = appendText(b, fieldRelay, ev.Relay)
	b = appendText(b, fieldQueueID, ev.QueueID)
	b = appendText(b, fieldNextQueueID, ev.NextQueueID)
	b = appendText(b, fieldMatch, ev.Match.String())
	b = appendText(b, fieldConfidence, ev.Confidence.String())
	b = appendID(b, ev.ID)
	b = appendText(b, fieldSource, ev.Source.String())
	b = appendText(b, fieldHost, ev.Host)
	b = appendText(b, fieldInstance, ev.Instance)
	if ev.File != "" { // the first line's offset is 0, and that says something
		b = appendText(b, fieldFile, ev.File)
		b = appendKey(b, fieldOffset)
		b = strconv.AppendInt(b, ev.Offset, 10)
	}
	return append(b, '}')
}

func appendKey(b []byte, f field) []byte {
	b = append(b, `,"`...)
	b = append(b, fieldNames[f]...)
	return append(b, `":`...)
}

func appendText(b []byte, f field, s string) []byte {
	if s == "" {
		return b
	}
	return jsonline.AppendString(appendKey(b, f), s)
}

func appendNumber(b []byte, f field, n int64) []byte {
	if n <= 0 {
		return b
	}
	return strconv.AppendInt(appendKey(b, f), n, 10)
}

func appendTags(b []byte, tags []string) []byte {
	if len(tags) == 0 {
		return b
	}
	b = appendKey(b, fieldTags)
	open := byte('[')
	for _, t := range tags {
		b = append(b, open)
		b = jsonline.AppendString(b, t)
		open = ','
	}
	return append(b, ']')
}

const hexDigits = "0123456789abcdef"

func appendID(b []byte, id schemas.EventID) []byte {
	b = append(appendKey(b, fieldEventID), '"')
	for shift := 60; shift >= 0; shift -= 4 {
		b = append(b, hexDigits[id>>shift&15])
	}
	return append(b, '"')
}
