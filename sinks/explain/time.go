package explain

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Time is an instant in ms since 1970 UTC; as JSON it is written in RFC 3339.
type Time int64

// UnmarshalText reads what MarshalText wrote.
func (t *Time) UnmarshalText(text []byte) error {
	at, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return fmt.Errorf("parse time: %w", err)
	}
	*t = Time(at.UnixMilli())
	return nil
}

func (t Time) utc() time.Time { return time.UnixMilli(int64(t)).UTC() }

// MarshalText writes the instant with milliseconds, in UTC.
func (t Time) MarshalText() ([]byte, error) {
	return t.utc().AppendFormat(nil, "2006-01-02T15:04:05.000Z07:00"), nil
}

func (t Time) day() string   { return t.utc().Format("Monday 2006-01-02") }
func (t Time) clock() string { return t.utc().Format("15:04:05.000") }
func (t Time) stamp() string { return t.utc().Format("2006-01-02 15:04:05.000") }

// span writes a span of ms in the two largest units that it has.
func span(ms int64) string {
	if ms < 0 {
		return "−" + span(-ms)
	}
	switch {
	case ms < 1000:
		return strconv.FormatInt(ms, 10) + " ms"
	case ms < 60_000:
		return strings.TrimSuffix(strconv.FormatFloat(float64(ms/100)/10, 'f', 1, 64), ".0") + " s"
	}
	units := []struct {
		name string
		long int64
	}{{"d", 86_400_000}, {"h", 3_600_000}, {"min", 60_000}, {"s", 1000}}
	for i, u := range units {
		if ms < u.long {
			continue
		}
		text := fmt.Sprintf("%d %s", ms/u.long, u.name)
		if next := units[i+1]; ms%u.long >= next.long {
			text += fmt.Sprintf(" %d %s", ms%u.long/next.long, next.name)
		}
		return text
	}
	return ""
}
