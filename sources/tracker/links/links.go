package links

import (
	"fmt"

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
		return "", fmt.Errorf("make link: %q is no URL that begins with http:// or https://", link)
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
	return "List-Unsubscribe: <" + u + ">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", nil
}

func (m *Mail) url(kind schemas.Kind, link string) (string, error) {
	text, err := m.Keys.Sign(token.Token{
		Kind: kind, MessageID: schemas.CleanMessageID(m.MessageID), Recipient: schemas.CleanRecipient(m.Recipient), Link: link,
	})
	if err != nil {
		return "", err
	}
	return m.Base + tracking.TokenPath + text, nil
}
