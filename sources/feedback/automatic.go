package feedback

import (
	"strings"

	"mailfate/schemas"
)

// What mails are that no person wrote and that say nothing of a delivery.
const (
	autoReply = "auto-reply" // somebody is away
	challenge = "challenge"  // somebody wants the sender to prove that he is one
	mailer    = "mailer"     // a mail server's, not understood
)

// fromMailer reports whether a mail server wrote the mail itself.
func (m *mail) fromMailer() bool {
	if path := m.header.all("return-path"); len(path) > 0 && strings.TrimSpace(path[0]) == "<>" {
		return true
	}
	return m.header.first("x-failed-recipients") != "" || m.fromDaemon()
}

// fromDaemon reports whether a mail server names itself as the author.
func (m *mail) fromDaemon() bool {
	from := m.header.first("from")
	local, _, _ := strings.Cut(strings.ToLower(address(from)), "@")
	if local == "" { // some have a name, and no address to answer to
		name, _, _ := strings.Cut(strings.ToLower(from), "<")
		local = strings.Trim(name, ` "`)
	}
	switch local {
	case "mailer-daemon", "mailerdaemon", "mail-daemon", "postmaster", "mail.daemon", "mdaemon", "mailsystem":
		return true
	}
	return false
}

// automatic tells what a mail is that a program wrote; "" for one by a person.
func (m *mail) automatic() string {
	subject := strings.ToLower(readable(m.header.first("subject")))
	for _, words := range challengeSubjects {
		if strings.Contains(subject, words) {
			return challenge
		}
	}
	for _, name := range []string{"x-boxbe-approve-url", "x-tmda-confirm-cookie", "x-choicemail-registration-request"} {
		if m.header.first(name) != "" {
			return challenge
		}
	}
	submitted, _, _ := strings.Cut(strings.ToLower(m.header.first("auto-submitted")), ";") // RFC 3834, 5
	switch submitted = strings.TrimSpace(submitted); {
	case strings.HasPrefix(submitted, "auto-replied"):
		return autoReply
	case submitted != "" && submitted != "no" && m.header.first("in-reply-to") != "":
		return autoReply
	}
	for _, name := range []string{"x-autoreply", "x-autorespond", "x-autoresponder", "x-autoreply-from", "x-mail-autoreply"} {
		if v := strings.ToLower(m.header.first(name)); v != "" && v != "no" {
			return autoReply
		}
	}
	if p := strings.ToLower(m.header.first("precedence")); p == "auto_reply" || p == "auto-reply" {
		return autoReply
	}
	for _, words := range awaySubjects {
		if strings.HasPrefix(subject, words) {
			return autoReply
		}
	}
	return ""
}

// challengeSubjects stand in the subjects of programs that want a confirmation.
var challengeSubjects = []string{
	"please confirm your message", "confirm that your message", "[tmda]", "sender address verification", "verify your email to", "action required to deliver your message",
	"bitte bestätigen sie ihre nachricht", "confirmez votre message", "confirme su mensaje",
}

// awaySubjects begin the subjects of replies that somebody's mailbox gives by
// itself, in the words of common programs.
var awaySubjects = []string{
	"out of office", "out of the office", "automatic reply", "auto reply", "auto-reply", "autoreply", "auto response", "autoresponse", "away from", "on vacation", "vacation:", // English
	"abwesenheitsnotiz", "automatische antwort", "abwesend", "abwesenheit", "außer haus", // German
	"réponse automatique", "absence du bureau", "absent du bureau", "message d'absence", // French
	"respuesta automática", "fuera de la oficina", "ausente", // Spanish
	"risposta automatica", "fuori sede", "fuori ufficio", "assenza", // Italian
	"resposta automática", "fora do escritório", "ausência temporária", // Portuguese
	"automatisch antwoord", "afwezig", "niet aanwezig", // Dutch
	"automatiskt svar", "automatisk svar", "autosvar", "frånvaro", "fraværende", "automaattinen vastaus", // Nordic
	"odpowiedź automatyczna", "autoodpowiedź", "automatická odpověď", "automatikus válasz", "răspuns automat", // Central Europe
	"автоматический ответ", "автоответ", "вне офиса", "автоматична відповідь", // Russian, Ukrainian
	"otomatik yanıt", "ofis dışında", // Turkish
	"自動返信", "不在", "自动回复", "自動回覆", "자동 회신", "부재중", // Japanese, Chinese, Korean
	"رد تلقائي", "תשובה אוטומטית", // Arabic, Hebrew
}

// kept returns a mail that says nothing of a delivery as another report.
func (m *mail) kept(what string) schemas.Event {
	words := readable(m.header.first("subject")) + ": " + m.words[:min(len(m.words), maxWords)]
	return schemas.Event{Kind: schemas.OtherReport, Reason: schemas.Other, Reply: label(what, words)}
}
