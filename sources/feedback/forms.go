package feedback

import "mailfate/schemas"

// A form is how a program that speaks no RFC 3464, or the text beside one that
// does, says whom a mail did not reach. The recipients follow the line that ends
// in intro, the first at once; each stands at the beginning of a line, indented as
// the first is, and what is said of it behind or below it.
type form struct {
	marker string // stands in one of the first lines, before the intro or in it; tells the program; "" where the intro is the first line
	intro  string // "" for the first empty line behind the marker
	kind   schemas.Kind
	named  bool // X-Failed-Recipients names them, too, where there are several
}

// sentences name the one recipient themselves, before what is said of him.
var sentences = []struct{ before, after string }{
	{"there was an error delivering your mail to <", ">."}, // DragonFly Mail Agent: mail.c
}

// sentenceForm is theirs.
var sentenceForm = form{kind: schemas.BouncedLater}

// qsbmf is qmail's format in other words than its own.
var qsbmf = form{kind: schemas.BouncedLater}

// forms are tried in this order; their words are in lower case.
var forms = []form{
	// qmail: https://cr.yp.to/proto/qsbmf.txt
	{"hi. this is the", "", schemas.BouncedLater, false},
	// Exim: src/deliver.c and src/moan.c say it so where bounce_message_file does not.
	// GMX and its kin say it in other lines.
	{"created automatically by mail delivery software", "failed:", schemas.BouncedLater, true},
	{"created automatically by mail delivery software", "the address to which the message has not yet been delivered is:", schemas.Deferred, false},
	{"created automatically by mail delivery software", "the addresses to which the message has not yet been delivered are:", schemas.Deferred, false},
	// Postfix: bounce(5), the built-in templates.
	{"be delivered to one or more recipients", "the mail system", schemas.BouncedLater, false},
	{"be delivered to one or more", " program", schemas.BouncedLater, false}, // under the name that mail_name gives it
	{"this is a warning only", "the mail system", schemas.Deferred, false},
	// OpenSMTPD: usr.sbin/smtpd/bounce.c
	{"an error has occurred while attempting to deliver a message", "the following list of recipients:", schemas.BouncedLater, false},
	{"a message is delayed for more than", "the following list of recipients:", schemas.Deferred, false},
	// sendmail: savemail.c
	{"the original message was received at", "----- the following addresses had permanent fatal errors -----", schemas.BouncedLater, false},
	{"this is a warning message only", "----- the following addresses had transient non-fatal errors -----", schemas.Deferred, false},
	// Exchange 5.5, 2000 and 2003, 2007 and later.
	{"your message", "did not reach the following recipient(s):", schemas.BouncedLater, false},
	{"your message did not reach some or all of the intended recipients", "the following recipient(s) could not be reached:", schemas.BouncedLater, false},
	{"", "delivery has failed to these recipients or groups:", schemas.BouncedLater, false},
	{"", "delivery has failed to these recipients or distribution lists:", schemas.BouncedLater, false},
	// Lotus Domino.
	{"your message", "was not delivered to:", schemas.BouncedLater, false},
	// Courier: courier/module.dsn
	{"running the courier mail server", "your message to the following recipients cannot be delivered:", schemas.BouncedLater, false},
	// Gmail, Yahoo and the iPlanet family, as they wrote before they spoke RFC 3464.
	{"", "delivery to the following recipient failed permanently:", schemas.BouncedLater, true},
	{"", "delivery to the following recipients failed permanently:", schemas.BouncedLater, true},
	{"this is an automatically generated delivery status notification", "delivery to the following recipient failed.", schemas.BouncedLater, false}, // Windows' SMTP service
	{"this is an automatically generated delivery status notification", "delivery to the following recipients failed.", schemas.BouncedLater, false},
	{"this is an automatically generated delivery status notification", "delivery to the following recipient has been delayed:", schemas.Deferred, false},
	{"this is an automatically generated delivery status notification", "delivery to the following recipients has been delayed:", schemas.Deferred, false},
	{"message from ", "unable to deliver message to the following address(es).", schemas.BouncedLater, false},
	{"this report relates to a message you sent", "your message cannot be delivered to the following recipients:", schemas.BouncedLater, false},
}
