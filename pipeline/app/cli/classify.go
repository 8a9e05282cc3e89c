package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"mailfate/pipeline/classify"
	"mailfate/sources/mta/postfix"
)

func (e *env) classify() *cobra.Command {
	c := &cobra.Command{
		Use:   "classify",
		Short: "Say why deliveries failed, from replies on standard input",
		Long: "classify reads replies of servers from standard input, one a line, and prints for each\n" +
			"one line of JSON: its reason, whether it is hard, whose fault it is, whether it suppresses\n" +
			"the address, the rule that decided, the provider where one is known, and the reply's\n" +
			"fingerprint, which replies have in common that differ in names and numbers alone.\n\n" +
			"A line is the text, in which the codes are found, and host and command where it is what\n" +
			"Postfix logs: host NAME said: TEXT (in reply to RCPT TO command); or a JSON object with any\n" +
			"of code, enhanced, command, host and text. What of a line cannot be read is said in error.\n\n" +
			"The rules are those built in; classify.rules of the configuration names a file that goes\n" +
			"before them. --rules prints the built-in ones, whose head says how they are written.\n\n" +
			"With --hits it says who opened or clicked, a machine or a person: a line is an object with\n" +
			"any of kind (opened, read, clicked, unsubscribed), agent, command, client, url,\n" +
			"seconds_after_delivery, opened (it was before) and links (so many did this client follow\n" +
			"at once). --machines and --networks print the built-in rules and networks for it;\n" +
			"classify.machines names a file that goes before the rules, classify.networks one that\n" +
			"stands in for the networks.",
		Example: "  echo '550 5.1.1 no such user' | mailfate classify\n" +
			`  echo '{"code":550,"command":"RCPT TO","text":"mailbox unavailable"}' | mailfate classify` + "\n" +
			`  echo '{"kind":"clicked","agent":"curl/8.14.1"}' | mailfate classify --hits`,
		Args: cobra.NoArgs,
	}
	texts := []struct {
		wanted *bool
		text   func() string
	}{
		{c.Flags().Bool("rules", false, "print the built-in rules instead"), classify.Text},
		{c.Flags().Bool("machines", false, "print the built-in rules about hits instead"), classify.MachineText},
		{c.Flags().Bool("networks", false, "print the built-in networks instead"), classify.NetworkText},
	}
	hits := c.Flags().Bool("hits", false, "read hits, and say of each whether it is a machine's")
	c.MarkFlagsMutuallyExclusive("rules", "machines", "networks", "hits")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		for _, t := range texts {
			if *t.wanted {
				_, err := io.WriteString(e.out, t.text())
				return err
			}
		}
		return e.doClassify(cmd.InOrStdin(), *hits)
	}
	e.flags.settings(c.Flags())
	return c
}

// verdictLine is what classify prints of a reply.
type verdictLine struct {
	Reason      string `json:"reason"`
	Class       string `json:"class"`
	Fault       string `json:"fault"`
	Suppress    bool   `json:"suppress"`
	Rule        string `json:"rule"`
	Provider    string `json:"provider,omitempty"`
	Fingerprint string `json:"fingerprint"`
	Error       string `json:"error,omitempty"`
}

// saidLine is a reply as a JSON object.
type saidLine struct {
	Code     json.Number `json:"code"` // also in a string
	Enhanced string      `json:"enhanced"`
	Command  string      `json:"command"`
	Host     string      `json:"host"`
	Text     string      `json:"text"`
}

func (l *saidLine) said() (said classify.Said, err error) {
	var code uint64
	if l.Code != "" {
		if code, err = strconv.ParseUint(l.Code.String(), 10, 16); err != nil {
			return said, fmt.Errorf("code %s is no reply code", l.Code)
		}
	}
	return classify.Said{Code: uint16(code), Enhanced: l.Enhanced, Command: l.Command, Host: l.Host, Text: l.Text}, nil
}

// maxReplyLine is how long a line may be; what is longer is cut, and said to be.
const maxReplyLine = 64 << 10

func (e *env) doClassify(in io.Reader, hits bool) (err error) {
	set, err := e.setup()
	if err != nil {
		return err
	}
	rules, err := set.replies()
	if err != nil {
		return usageError{err}
	}
	out := bufio.NewWriterSize(e.out, 64<<10)
	defer func() { err = errors.Join(err, out.Flush()) }()
	lines := bufio.NewReaderSize(in, maxReplyLine)
	for {
		line, cut, err := readReply(lines)
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read replies: %w", err)
		}
		var verdict any
		if hits {
			verdict = judgeHit(rules.Machines(), line, cut)
		} else {
			verdict = judge(rules, line, cut)
		}
		if err := printLine(out, verdict); err != nil {
			return err
		}
		if lines.Buffered() == 0 { // somebody may be waiting for the answer
			if err := out.Flush(); err != nil {
				return err
			}
		}
	}
}

// readReply reads a line without its end; the rest of one that is too long is
// skipped. A last line without an end is returned before io.EOF.
func readReply(r *bufio.Reader) (line []byte, cut bool, err error) {
	line, err = r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		line, cut = bytes.Clone(line), true
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = r.ReadSlice('\n')
		}
		if errors.Is(err, io.EOF) {
			err = nil
		}
	}
	if len(line) > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	return bytes.TrimRight(line, "\r\n"), cut, err
}

// judge classifies a line. Every line has a verdict.
func judge(rules *classify.Rules, line []byte, cut bool) verdictLine {
	said, problem := readSaid(line)
	whole := problem == "" // else a code may be lost that says that it is for now
	if cut && problem == "" {
		problem = fmt.Sprintf("the line is longer than %d bytes: its beginning was read", maxReplyLine)
	}
	v := rules.Reply(&said)
	class := "soft"
	if v.Reason.Hard() {
		class = "hard"
	}
	return verdictLine{
		Reason: v.Reason.String(), Class: class, Fault: v.Reason.Fault().String(), Suppress: v.Reason.Hard() && whole,
		Rule: v.Rule, Provider: v.Provider, Fingerprint: said.Fingerprint().String(), Error: problem,
	}
}

// readSaid reads a line as an object, or else as text.
func readSaid(line []byte) (said classify.Said, problem string) {
	if trimmed := bytes.TrimSpace(line); len(trimmed) > 0 && trimmed[0] == '{' {
		var l saidLine
		err := json.Unmarshal(trimmed, &l)
		if err == nil {
			said, err = l.said()
		}
		if err == nil {
			return said, ""
		}
		problem = "no object of replies, so it was read as text: " + err.Error()
	}
	return postfix.Said(string(line)), problem
}
