package main

// aliases are Exim's own: lists, files, programs and answers.
const aliases = `team: ok@far.example, ok2@two.example
half: ok@far.example, unknown@far.example
nested: inner@lists.example
inner: ok3@far.example
copy: /var/mail/copy
program: "|/usr/bin/perl -e 1"
broken: "|/usr/bin/perl -e exit(3)"
`

// newBoxes are the far server's addresses that object. The wording is ours.
func newBoxes() map[string]*box {
	return map[string]*box{
		"unknown@far.example":       {stage: atRcpt, replies: []string{"550 5.1.1 no mailbox of that name: <unknown@far.example>"}},
		"unknown2@far.example":      {stage: atRcpt, replies: []string{"550 5.1.1 no such person here\n550 5.1.1 ask: postmaster@far.example, QT=1s C=\"250 OK\""}},
		"bare@far.example":          {stage: atRcpt, replies: []string{"550 nobody"}},
		"fooler@far.example":        {stage: atRcpt, replies: []string{"550 5.7.1 => ok@far.example R=far T=smtp H=a [192.0.2.1] C=\"250 OK\": retry timeout exceeded"}},
		"full@far.example":          {stage: atRcpt, replies: []string{"452 4.2.2 mailbox is full", ""}},
		"grey@two.example":          {stage: atData, replies: []string{"450 4.7.1 greylisted, come again", "450 4.7.1 greylisted, come again", ""}},
		"spam@far.example":          {stage: atEnd, replies: []string{"554 5.7.1 this is spam"}},
		"late@far.example":          {stage: atRcpt, replies: []string{"451 4.3.0 not now"}},
		"later@two.example":         {stage: atEnd, replies: []string{"451 4.7.0 later, perhaps"}},
		"closedbox@two.example":     {stage: atData, replies: []string{"550 5.7.0 not from you"}},
		"dead@far.example":          {stage: atRcpt, always: true, replies: []string{"550 5.2.1 switched off"}},
		`"no r=x body"@far.example`: {stage: atRcpt, replies: []string{"550 5.1.1 <forged@far.example> R=x T=y: nobody"}},
		`"not r=x yet"@far.example`: {stage: atRcpt, replies: []string{"450 4.2.1 not yet", ""}},
		"never1@far.example":        {stage: atRcpt, replies: []string{"450 4.2.0 held"}},
		"never2@far.example":        {stage: atRcpt, replies: []string{"450 4.2.0 held"}},
		"never3@far.example":        {stage: atRcpt, replies: []string{"450 4.2.0 held"}},
		"never4@far.example":        {stage: atRcpt, replies: []string{"450 4.2.0 held"}},
	}
}

// A fate is what becomes of a letter for one recipient.
type fate string

const (
	delivered fate = "delivered"
	bounced   fate = "bounced"
	expired   fate = "expired"
	refused   fate = "refused" // Exim did not take it from the client
	discarded fate = "discarded"
	waiting   fate = "waiting"
	removed   fate = "removed"
)

// A recipient is one that the client names.
type recipient struct {
	address string
	fate    fate
	boxes   []string // on the far server, when not the address itself
}

// A letter is handed over to Exim.
type letter struct {
	id      string // of the Message-ID; "" for one without
	sender  string
	subject string
	login   string   // "" does not log in
	local   []string // arguments of the command line, instead of SMTP
	big     bool
	to      []recipient
	early   bool   // refused before a recipient is named
	whole   string // the reply to the text, where it is refused
	after   string // option of the command line by which an administrator acts on it

	queueID string // as Exim told the client
}

func to(address string, f fate, boxes ...string) recipient { return recipient{address, f, boxes} }

const news = "news@news.example"

var letters = []letter{
	{id: "plain", sender: news, to: []recipient{to("ok@far.example", delivered)}},
	{id: "login", sender: news, login: "shop 7", subject: `Say "hello", id=forged R=x`, to: []recipient{to("ok2@far.example", delivered)}},
	{id: "several", sender: news, to: []recipient{to("ok@far.example", delivered), to("Ok2@Far.Example", delivered), to("unknown@far.example", bounced), to("ok@two.example", delivered)}},
	{id: "full", sender: news, to: []recipient{to("full@far.example", delivered)}},
	{id: "unknown", sender: news, to: []recipient{to("unknown@far.example", bounced)}},
	{id: "unknown2", sender: news, to: []recipient{to("unknown2@far.example", bounced)}},
	{id: "bare", sender: news, to: []recipient{to("bare@far.example", bounced)}},
	{id: "fooler", sender: news, to: []recipient{to("fooler@far.example", bounced)}},
	{id: "grey", sender: news, to: []recipient{to("grey@two.example", delivered)}},
	{id: "spam", sender: news, to: []recipient{to("spam@far.example", bounced)}},
	{id: "closedbox", sender: news, to: []recipient{to("closedbox@two.example", bounced)}},
	{id: "late", sender: news, to: []recipient{to("late@far.example", expired)}},
	{id: "later", sender: news, to: []recipient{to("later@two.example", expired)}},
	{id: "closed", sender: news, to: []recipient{to("someone@closed.example", expired)}},
	{id: "rude", sender: news, to: []recipient{to("someone@rude.example", expired)}},
	{id: "gone", sender: news, to: []recipient{to("someone@gone.example", bounced)}},
	{id: "wait", sender: news, to: []recipient{to("someone@wait.example", expired)}},
	{id: "nowhere", sender: news, to: []recipient{to("someone@nowhere.example", bounced)}},
	{id: "hole", sender: news, to: []recipient{to("someone@hole.example", discarded)}},
	{id: "team", sender: news, to: []recipient{to("team@lists.example", delivered, "ok@far.example", "ok2@two.example")}},
	{id: "half", sender: news, to: []recipient{to("half@lists.example", bounced, "unknown@far.example", "ok@far.example")}},
	{id: "nested", sender: news, to: []recipient{to("nested@lists.example", delivered, "ok3@far.example")}},
	{id: "copy", sender: news, to: []recipient{to("copy@lists.example", delivered)}},
	{id: "program", sender: news, to: []recipient{to("program@lists.example", delivered)}},
	{id: "broken", sender: news, to: []recipient{to("broken@lists.example", bounced)}},
	{id: "mailbox", sender: news, to: []recipient{to("ann@here.example", delivered), to("Bob@here.example", delivered)}},
	{id: "quoted", sender: news, to: []recipient{to(`"odd R=x name"@far.example`, delivered)}},
	{id: "quotedno", sender: news, to: []recipient{to(`"No R=x body"@far.example`, bounced)}},
	{id: "quotedlate", sender: news, to: []recipient{to(`"Not R=x yet"@far.example`, delivered)}},
	{id: "odd/$%+=x", sender: `"news R=x"@news.example`, subject: "an odd letter \xe9 \\ end", to: []recipient{to("ok@far.example", delivered)}},
	{id: "direct", sender: "news@direct.news.example", to: []recipient{to("ok3@far.example", delivered)}},
	{id: "directno", sender: "news@direct.news.example", to: []recipient{to("unknown@far.example", refused)}},
	{id: "returned", sender: "", to: []recipient{to("ok@far.example", delivered)}},
	{id: "lost", sender: "dead@far.example", to: []recipient{to("unknown@far.example", bounced)}},
	{id: "frozen", sender: "", to: []recipient{to("dead@far.example", bounced)}},
	{id: "local", sender: news, local: []string{"-f", news, "ok@far.example"}, to: []recipient{to("ok@far.example", delivered)}},
	{id: "dry", sender: news, local: []string{"-N", "-f", news, "ok2@far.example"}, to: []recipient{to("ok2@far.example", discarded)}},
	{id: "blocked", early: true, sender: "news@blocked.example", to: []recipient{to("ok@far.example", refused)}},
	{id: "mixed", sender: news, to: []recipient{to("ok@elsewhere.example", refused), to("ok@busy.example", refused), to("nobody@here.example", refused), to("ok@discard.example", discarded), to("ok@far.example", delivered)}},
	{id: "alldropped", sender: news, to: []recipient{to("ok@discard.example", discarded)}},
	{id: "unverified", sender: "x@nobody.here.example", to: []recipient{to("ok@far.example", refused)}},
	{id: "unwanted", sender: news, subject: "unwanted", whole: "550", to: []recipient{to("ok@far.example", refused)}},
	{id: "scanner", sender: news, subject: "scanner", whole: "451", to: []recipient{to("ok@far.example", refused)}},
	{id: "drop", sender: news, subject: "drop", to: []recipient{to("ok@far.example", discarded)}},
	{id: "big", sender: news, big: true, whole: "552", to: []recipient{to("ok@far.example", refused)}},
	{id: "held", sender: news, after: "-Mf", to: []recipient{to("never1@far.example", waiting)}},
	{id: "thawed", sender: news, after: "-Mt", to: []recipient{to("ok@far.example", delivered)}},
	{id: "removed", sender: news, after: "-Mrm", to: []recipient{to("never2@far.example", removed)}},
	{id: "givenup", sender: news, after: "-Mg", to: []recipient{to("never3@far.example", expired)}},
	{id: "alldone", sender: news, after: "-Mmad", to: []recipient{to("never4@far.example", removed)}},
	{id: "", sender: news, to: []recipient{to("ok@far.example", delivered)}},
}
