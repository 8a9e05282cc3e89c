package links

import (
	"fmt"
	"strings"

	"mailfate/schemas"
	"mailfate/sources/tracking"
	"mailfate/sources/tracking/token"
)

// A Mail is what links are made for.
type Mail struct {
	Keys      *token.Keys
	Base      string // where the tracker is found: scheme and host
	MessageID string
	Recipient string
}

// Pixel returns the URL of the image that says that the mail was opened.
func (m *Mail) Pixel() (string, error) {
	u, err := m.url(schemas.Opened, "")
	return u + tracking.PixelEnding, err
}

// Click returns the URL that leads to a link.
func (m *Mail) Click(link string) (string, error) {
	clean, ok := token.CleanLink(link)
	if !ok {
		return "", fmt.Errorf("make link: %.100q is no URL of %d bytes at most that begins with http:// or https://", link, token.MaxLink)
	}
	return m.url(schemas.Clicked, clean)
}

// Unsubscribe returns the URL of the page, and of the request, that unsubscribe.
func (m *Mail) Unsubscribe() (string, error) { return m.url(schemas.Unsubscribed, "") }

// Headers returns the lines of the mail's header that offer to unsubscribe by one click.
func (m *Mail) Headers() (string, error) {
	u, err := m.Unsubscribe()
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(u, "https://") {
		return "", fmt.Errorf("make headers: %s is not https, and one click is offered over nothing else (RFC 8058, 3.1)", m.Base)
	}
	line := "List-Unsubscribe: <" + u + ">"
	if len(line) > maxLine {
		return "", fmt.Errorf("make headers: message id and recipient are too long for a line of a mail, of %d bytes at most", maxLine)
	}
	return line + "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", nil
}

// maxLine is the longest line of a mail (RFC 5322, 2.1.1).
const maxLine = 998

func (m *Mail) url(kind schemas.Kind, link string) (string, error) {
	text, err := m.Keys.Sign(token.Token{
		Kind: kind, MessageID: schemas.CleanMessageID(m.MessageID), Recipient: schemas.CleanRecipient(m.Recipient), Link: link,
	})
	if err != nil {
		return "", err
	}
	return m.Base + tracking.TokenPath + text, nil
}
