package schemas

// Status is a status of one vocabulary, as the ordinal of its row. 0 is None:
// the vocabulary does not know the message (yet). Stored: rows are appended.
type Status uint8

// None is the status of a message that a vocabulary does not know.
const None Status = 0

// noneName is how data spells None.
const noneName = "none"

// Outcome says what a status means for whoever sent the message.
type Outcome string

// The outcomes of a status.
const (
	Pending Outcome = "pending" // not decided yet
	Success Outcome = "success" // it arrived, as far as anyone can tell
	Failure Outcome = "failure" // it did not arrive
)

// StatusRow describes one status of a vocabulary.
type StatusRow struct {
	ID      string  // the identifier, unique in its vocabulary
	Text    string  // how the vocabulary's text spells it, where that differs
	Meaning string  // one sentence
	Source  string  // the words of the text that it comes from
	Reached string  // what leads here, in the notation of Compile
	Step    string  // 1 taken, 2 handled, 3 sent, 4 reader
	Final   bool    // only a new attempt leaves it
	Ours    bool    // that it is final is our decision: the text is silent
	Outcome Outcome // what it means for the sender
	Labels  Labels  // what people read; see labels
}

// Spelling is how the vocabulary's text writes the status.
func (r *StatusRow) Spelling() string {
	if r.Text != "" {
		return r.Text
	}
	return r.ID
}

// Label is the status's short name in one of Languages; of another language,
// the English.
func (r *StatusRow) Label(language string) string { return r.Labels.In(language) }

// Vocabulary is one provider's words for what became of a message: its
// statuses, and a table (status, kind, reason) → status. What no row lists
// changes nothing.
type Vocabulary struct {
	Name   string
	Source string            // the text it is true to
	Groups map[string]string // names for lists of statuses, used in Reached
	Hard   []Reason          // reasons that are hard here beyond those of Reason.Hard
	Rows   []StatusRow       // Rows[0] is none

	byID   map[string]Status
	rules  []Rule
	column []uint8  // by kind and reason: where in a line of next
	next   []Status // a line for each status; its width is the number of different columns
	width  int
}

// Vocabularies are all that a message's timeline is told in, in stored order.
var Vocabularies = [...]*Vocabulary{Canonical, Netcore, NetcoreFeed, Tipimail, Unisender}

// Statuses holds a status of each vocabulary, in the order of Vocabularies.
type Statuses [len(Vocabularies)]Status

// FindVocabulary returns the vocabulary with that name.
func FindVocabulary(name string) (*Vocabulary, bool) {
	for _, v := range Vocabularies {
		if v.Name == name {
			return v, true
		}
	}
	return nil, false
}

// Next returns the status that an event of kind k for reason r leads to from s.
func (v *Vocabulary) Next(s Status, k Kind, r Reason) Status {
	return v.next[int(s)*v.width+int(v.column[int(k)*int(ReasonCount)+int(r)])]
}

// Status returns the status with that identifier.
func (v *Vocabulary) Status(id string) (Status, bool) {
	s, ok := v.byID[id]
	return s, ok
}

// Row describes a status; of an unknown one, None's row.
func (v *Vocabulary) Row(s Status) *StatusRow {
	if int(s) >= len(v.Rows) {
		s = None
	}
	return &v.Rows[s]
}

// Rules are all clauses of the table, in the order of the rows.
func (v *Vocabulary) Rules() []Rule { return v.rules }

// Rule returns the clause of the table that decides what an event of kind k for
// reason r leads to from s; nil when none does, and nothing changes.
func (v *Vocabulary) Rule(s Status, k Kind, r Reason) *Rule {
	for _, general := range []bool{false, true} {
		for i := range v.rules {
			if rule := &v.rules[i]; rule.covers(s, k, r, general) {
				return rule
			}
		}
	}
	return nil
}
