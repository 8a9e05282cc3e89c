package cli

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"mailfate/pipeline/app/config"
	"mailfate/sinks/terminal"
	"mailfate/sources/tracker/links"
)

// maxHTML is more than any mail's text has.
const maxHTML = 16 << 20

func (e *env) link() *cobra.Command {
	var mail links.Mail
	var noPixel bool
	var account string
	c := &cobra.Command{
		Use:   "link pixel|click URL|unsubscribe|headers|html [FILE]",
		Short: "Make tracking links for one mail to one recipient",
		Long: "link prints a link that the tracker answers, signed with the first of tracker.keys and\n" +
			"beginning with tracker.url:\n\n" +
			"  pixel        the image that says that the mail was opened\n" +
			"  click URL    a link that leads there\n" +
			"  unsubscribe  the page that asks whether to unsubscribe\n" +
			"  headers      List-Unsubscribe and List-Unsubscribe-Post, for one-click unsubscribing\n" +
			"               (RFC 8058); both have to be signed by DKIM\n" +
			"  html         the HTML of FILE, or of standard input, with the links of <a> and <area>\n" +
			"               tracked and the pixel added; data-track=\"no\" leaves a link as it is\n\n" +
			"It is for trying out, and for few mails: package sources/tracker/links does it in a program.\n" +
			"It makes links whatever open_tracking and click_tracking of an account say, for whoever calls\n" +
			"it to heed, but warns when they are off: for the account of --account, else for that which the\n" +
			"Message-ID's domain belongs to.",
		Example: "  mailfate link --config mailfate.yaml --message-id m1@shop.example --recipient a@b.example html < mail.html",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(_ *cobra.Command, args []string) error {
			return e.doLink(&mail, args, account, !noPixel)
		},
	}
	e.flags.settings(c.Flags())
	c.Flags().StringVar(&mail.MessageID, "message-id", "", "the mail's Message-`ID`, or your own id of it")
	c.Flags().StringVar(&mail.Recipient, "recipient", "", "the `ADDRESS` it goes to")
	c.Flags().StringVar(&account, "account", "", "the `ACCOUNT` whose mail it is, to be warned when it has nothing tracked")
	c.Flags().BoolVar(&noPixel, "no-pixel", false, "with html: only track links")
	return c
}

func (e *env) doLink(mail *links.Mail, args []string, account string, pixel bool) error {
	set, err := e.setup()
	if err != nil {
		return err
	}
	if err := set.readKeys(); err != nil {
		return err
	}
	mail.Keys, mail.Base = set.keys, set.config.Tracker.URL
	switch {
	case mail.Keys == nil || mail.Base == "":
		return usageError{errors.New("make links: with what they are signed, or begin, is not said: tracker.keys and tracker.url in the configuration (--config)")}
	case mail.MessageID == "":
		return usageError{errors.New("make links: of which mail is not said: --message-id")}
	}
	out, err := makeLink(mail, args, pixel)
	if err != nil {
		return err
	}
	if account == "" {
		account = set.config.Account(mail.MessageID, "")
	}
	e.warnUntracked(set.config.Accounts, account, args[0], pixel)
	_, err = e.out.Write(out)
	return err
}

// warnUntracked says what an account has not tracked of what is made.
func (e *env) warnUntracked(accounts []config.Account, name, what string, pixel bool) {
	for _, a := range accounts {
		if a.Name != name {
			continue
		}
		if !a.OpenTracking && (what == "pixel" || what == "html" && pixel) {
			fmt.Fprintf(e.err, "Account %s has open_tracking off in the configuration: its opens are left out of rates; make no pixel for it.\n", terminal.Visible(name))
		}
		if !a.ClickTracking && (what == "click" || what == "html") {
			fmt.Fprintf(e.err, "Account %s has click_tracking off in the configuration: its clicks are left out of rates; leave its links as they are.\n", terminal.Visible(name))
		}
	}
}

// makeLink returns what the arguments ask for.
func makeLink(mail *links.Mail, args []string, pixel bool) ([]byte, error) {
	what, of := args[0], optional(args[1:])
	if (what == "click") != (of != "") && what != "html" {
		return nil, usageError{errors.New("make links: click has a URL, html may have a file, and nothing else has anything")}
	}
	var line string
	var err error
	switch what {
	case "pixel":
		line, err = mail.Pixel()
	case "click":
		line, err = mail.Click(of)
	case "unsubscribe":
		line, err = mail.Unsubscribe()
	case "headers":
		line, err = mail.Headers()
		return []byte(line), err
	case "html":
		in, err := readHTML(of)
		if err != nil {
			return nil, err
		}
		return mail.HTML(in, pixel)
	default:
		return nil, usageError{fmt.Errorf("make links: %q is none; want pixel, click, unsubscribe, headers or html", what)}
	}
	return []byte(line + "\n"), err
}

// readHTML reads a file, or standard input when none is named.
func readHTML(path string) (b []byte, err error) {
	in := os.Stdin
	if path != "" && path != "-" {
		if in, err = os.Open(path); err != nil {
			return nil, fmt.Errorf("read HTML: %w", err)
		}
		defer in.Close()
	}
	if b, err = io.ReadAll(io.LimitReader(in, maxHTML+1)); err != nil {
		return nil, fmt.Errorf("read HTML: %w", err)
	}
	if len(b) > maxHTML {
		return nil, fmt.Errorf("read HTML: it has more than %d bytes; is it a mail's?", maxHTML)
	}
	return b, nil
}
