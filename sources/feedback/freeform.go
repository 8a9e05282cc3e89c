package feedback

import (
	"slices"
	"strings"

	"mailfate/schemas"
)

const (
	maxIntro  = 200     // lines before a bounce names recipients
	maxBefore = 4       // lines with words up to the one that tells which program it is
	maxWords  = 4 << 10 // bytes of what is said of one recipient
	maxListed = 5000    // lines of a list of recipients
)

// bounces reads a bounce that was written for people. Only what one of the known
// forms says is taken for one.
func (m *mail) bounces(r *report) []schemas.Event {
	lines := linesOf(m.words)
	f, list := m.list(lines)
	failed := m.failedRecipients()
	if f == nil {
		return nil
	}
	entries, rest := readList(list)
	if f.named && failed == nil && len(entries) != 1 {
		return nil // which of them are a server's words is not known
	}
	if len(r.returned) == 0 {
		r.returned = copied(rest)
	}
	if len(entries) == 1 {
		entries[0].addTranscript(rest)
	}
	var evs []schemas.Event
	for i := range entries {
		e := &entries[i]
		if e.recipient == "" || failed != nil && !slices.Contains(failed, e.recipient) {
			continue
		}
		d := diagnose(e.words)
		evs = append(evs, schemas.Event{
			Kind: f.kind, Identity: schemas.Identity{Recipient: e.recipient},
			Code: d.code, Enhanced: d.enhanced, Command: commandIn(d.text), Reply: d.text,
		})
	}
	return evs
}

// rejection returns what a mailbox's owner, or his server for him, gives as the
// reason for sending a mail back, in the words of Dovecot: after "Your message to
// <x> was automatically rejected:" (rejection_reason).
func (m *mail) rejection() (words string, ok bool) {
	intro, words, _ := strings.Cut(strings.TrimSpace(m.words[:min(len(m.words), maxWords)]), "\n")
	intro = strings.ToLower(strings.TrimSpace(intro))
	ok = strings.HasPrefix(intro, "your message to <") && strings.HasSuffix(intro, "> was automatically rejected:")
	return strings.Join(strings.Fields(words), " "), ok
}

// explain adds what the text for people says to what an MTA says of recipients:
// some tell only there what failed, and which command was answered.
func (m *mail) explain(evs []schemas.Event) {
	if words, ok := m.rejection(); ok && len(evs) == 1 && evs[0].Kind.Fails() && evs[0].Reply == "" {
		evs[0].Reply = words
		return
	}
	_, list := m.list(linesOf(m.words))
	entries, _ := readList(list)
	for i := range evs {
		ev := &evs[i]
		at := slices.IndexFunc(entries, func(e entry) bool { return e.recipient == ev.Recipient })
		if at < 0 || !ev.Kind.Fails() {
			continue
		}
		d := diagnose(entries[at].words)
		ev.Command = commandIn(d.text)
		if ev.Reply == "" {
			ev.Reply, ev.Code = d.text, d.code
		}
	}
}

func linesOf(text string) []string {
	return strings.Split(strings.ReplaceAll(text, "\r", ""), "\n")
}

// list finds the lines behind the sentence that names recipients, and whose it is.
func (m *mail) list(lines []string) (*form, []string) {
	lower := make([]string, 0, maxIntro)
	for _, line := range lines[:min(len(lines), maxIntro)] {
		lower = append(lower, strings.ToLower(strings.TrimSpace(line)))
	}
	for i := range forms {
		if at := forms[i].find(lower); at >= 0 {
			return &forms[i], lines[at+1:]
		}
	}
	if at := ownWords(lower); at >= 0 {
		return &qsbmf, lines[at:]
	}
	return inSentence(lower, lines)
}

// inSentence finds a sentence that names the recipient itself, and makes it a list.
func inSentence(lower, lines []string) (*form, []string) {
	for i, line := range lower {
		for _, s := range sentences {
			to, found := strings.CutPrefix(line, s.before)
			if to, closed := strings.CutSuffix(to, s.after); found && closed {
				return &sentenceForm, append([]string{"<" + to + ">:"}, lines[i+1:]...)
			}
		}
	}
	return nil, nil
}

// ownWords finds the list of a program that has qmail's format and another's words:
// behind an empty line an address and a colon, and somewhere below it the line
// that says that a copy of the mail follows.
func ownWords(lines []string) int {
	from := -1
	for i, line := range lines {
		switch {
		case from < 0 && i > 0 && lines[i-1] == "" && strings.HasPrefix(line, "<") && strings.Contains(line, ">:"):
			from = i
		case strings.HasPrefix(line, "--- below this line is a copy") || strings.HasPrefix(line, "--- enclosed is a copy"):
			return from
		}
	}
	return -1
}

// find returns the line that the list of recipients follows; -1 when there is none.
// A program begins with its words at once; behind those of a person it is quoted.
func (f *form) find(lines []string) int {
	marked, worded := f.marker == "", 0
	for i, line := range lines {
		if f.intro == "" && i == 0 && !strings.HasPrefix(line, f.marker) {
			return -1
		}
		if line != "" {
			worded++
		}
		marked = marked || strings.Contains(line, f.marker)
		switch {
		case !marked && worded >= maxBefore, f.marker == "" && worded > 1 && !f.named:
			return -1
		case !marked:
		case f.intro == "" && line == "", f.intro != "" && strings.HasSuffix(line, f.intro):
			return i
		}
	}
	return -1
}

// An entry is a recipient in a list, and what is said of it.
type entry struct {
	recipient string
	words     string
}

// readList reads the recipients, and returns the lines behind them. A line that
// looks like a recipient is one only where the form has it: as far to the right as
// the first one, and where that is the margin, behind an empty line or another
// recipient. So a server's words cannot pose as one.
func readList(lines []string) (entries []entry, rest []string) {
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	margin, afterGap := -1, true
	for i, line := range lines[:min(len(lines), maxListed)] {
		text := strings.TrimSpace(line)
		indent := len(line) - len(strings.TrimLeft(line, " \t"))
		to, said, ok := listed(text)
		switch {
		case ok && (margin < 0 || indent == margin && (margin > 0 || afterGap)):
			if len(entries) == maxRecipients {
				return entries, lines[i:]
			}
			margin, afterGap = indent, said == ""
			entries = withEntry(entries, to, said)
			continue
		case margin < 0:
			return nil, nil // the form does not begin so
		case endsList(text):
			return entries, lines[i:]
		}
		if last := &entries[len(entries)-1]; !last.generated(text) {
			last.add(text)
		}
		afterGap = text == ""
	}
	return entries, nil
}

// withEntry puts a recipient last. Some are named twice, the second time with what
// the server said.
func withEntry(entries []entry, to, said string) []entry {
	for i := range entries {
		if entries[i].recipient == to {
			again := entries[i]
			again.add(said)
			return append(slices.Delete(entries, i, i+1), again)
		}
	}
	return append(entries, entry{to, said})
}

// generated reports whether a line says what a recipient was made of, by an alias:
// Exim and sendmail name what they made, and we the address that the sender wrote.
func (e *entry) generated(text string) bool {
	said := strings.TrimSuffix(text, ")")
	_, from, found := strings.Cut(said, "generated from ")
	if !found {
		_, from, found = strings.Cut(said, "expanded from: ")
	}
	if !found || !strings.HasPrefix(text, "(") {
		return false
	}
	if to := Recipient(from); to != "" {
		e.recipient = to
	}
	return true
}

func (e *entry) add(words string) {
	if len(e.words) < maxWords {
		e.words += " " + words
	}
}

// endsList reports whether a line separates the list from what follows.
func endsList(text string) bool {
	return strings.HasPrefix(text, "---") || strings.HasPrefix(text, "===") || strings.HasPrefix(text, "- ---") ||
		strings.HasPrefix(text, "No action is required") || // Exim, of a delay
		strings.HasPrefix(text, "Below is a copy of the original message") || // OpenSMTPD
		strings.HasPrefix(text, "Original message headers:") || // Exchange
		strings.HasPrefix(text, "Message headers follow") || strings.HasPrefix(text, "Original message follows") // DragonFly Mail Agent
}

// listed reads a recipient's line: an address, alone or with what is said of it.
func listed(text string) (to, said string, ok bool) {
	text = strings.TrimPrefix(strings.TrimPrefix(text, "Recipient address: "), "* ")
	if strings.HasPrefix(text, "<") {
		addr, after, closed := strings.Cut(text[1:], ">")
		if !closed {
			return "", "", false
		}
		to = Recipient(addr)
		if expanded, found := strings.CutPrefix(after, " (expanded from"); found { // Postfix: what the sender wrote
			written, behind, _ := strings.Cut(expanded, ")")
			to, after = Recipient(written), behind
		}
		said, colon := strings.CutPrefix(after, ":")
		return to, strings.TrimSpace(said), to != "" && (colon || strings.TrimSpace(after) == "")
	}
	addr, said, _ := strings.Cut(text, " ")
	addr, colon := strings.CutSuffix(addr, ":")
	addr = strings.Trim(addr, `"`) // GMX
	addr, _, _ = strings.Cut(addr, "<mailto:")
	if strings.ContainsAny(addr, "<>()[],;:") || strings.Count(addr, "@") != 1 {
		return "", "", false
	}
	if said != "" && !colon && !strings.HasPrefix(said, "on ") { // Exchange: on a date
		return "", "", false
	}
	if !colon {
		said = ""
	}
	to = Recipient(addr)
	return to, said, to != ""
}

// addTranscript adds what the servers said to each other, as sendmail shows it.
func (e *entry) addTranscript(lines []string) {
	if len(lines) == 0 || !strings.Contains(strings.ToLower(lines[0]), "transcript of session follows") {
		return
	}
	for _, line := range lines[1:] {
		if strings.HasPrefix(line, "   -----") {
			return
		}
		if strings.HasPrefix(line, "<<< ") || strings.HasPrefix(line, "5") || strings.HasPrefix(line, "4") {
			e.add(line)
		}
	}
}

// copied returns the header of the mail that a bounce copies behind its words.
func copied(lines []string) fields {
	for i, line := range lines {
		if !endsList(strings.TrimSpace(line)) {
			continue
		}
		rest := lines[i+1:]
		for len(rest) > 0 && strings.TrimSpace(rest[0]) == "" {
			rest = rest[1:]
		}
		if len(rest) == 0 || !beginsWithField([]byte(rest[0])) {
			continue
		}
		end := slices.Index(rest, "")
		if end < 0 {
			end = len(rest)
		}
		header := []byte(strings.Join(rest[:end], "\n"))
		if fs := returnedFields(header, end < len(rest)); fs.first("message-id") != "" {
			return fs
		}
	}
	return nil
}

// failedRecipients are those that the header names (Exim, Gmail); nil when it
// names none.
func (m *mail) failedRecipients() (rs []string) {
	for _, v := range m.header.all("x-failed-recipients") {
		for one := range strings.SplitSeq(v[:min(len(v), maxAddresses)], ",") {
			rs = append(rs, Recipient(one))
		}
	}
	return rs
}

// commands are those that servers are said to have answered.
var commands = []string{"end of data", "rcpt to", "mail from", "data", "ehlo", "helo", "starttls", "initial connection"}

// commandIn returns the command that a reply answered, as Postfix and Exim name it.
func commandIn(words string) string {
	lower := strings.ToLower(words)
	for _, before := range []string{"in reply to ", "from remote mail server after "} {
		_, after, found := strings.Cut(lower, before)
		if !found {
			continue
		}
		for _, c := range commands {
			if strings.HasPrefix(after, c) {
				if c == "end of data" {
					return "end of DATA"
				}
				return strings.ToUpper(c)
			}
		}
	}
	return ""
}
