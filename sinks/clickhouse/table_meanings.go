package clickhouse

// meaningRows are rows of table vocabularies.
type meaningRows struct {
	table
	vocabulary                word
	status                    text
	ordinal                   number[uint8]
	spelling, meaning         text
	outcome, step             word
	final, byDecision         boolean
	reached, source, standard text
	version                   number[uint64]
	withdrawn                 number[uint8]
}

func newMeaningRows() *meaningRows {
	r := &meaningRows{table: table{name: "vocabularies"}}
	r.field("vocabulary", &r.vocabulary)
	r.field("status", &r.status)
	r.field("ordinal", &r.ordinal)
	r.field("spelling", &r.spelling)
	r.field("meaning", &r.meaning)
	r.field("outcome", &r.outcome)
	r.field("step", &r.step)
	r.field("final", &r.final)
	r.field("final_by_decision", &r.byDecision)
	r.field("reached", &r.reached)
	r.field("source", &r.source)
	r.field("text", &r.standard)
	r.field("version", &r.version)
	r.field("withdrawn", &r.withdrawn)
	r.seal()
	return r
}

func (r *meaningRows) add(m meaning, version uint64, withdrawn bool) {
	r.vocabulary.add(m.Vocabulary)
	r.status.add(m.Status)
	r.ordinal.add(m.Ordinal)
	r.spelling.add(m.Spelling)
	r.meaning.add(m.Meaning)
	r.outcome.add(m.Outcome)
	r.step.add(m.Step)
	r.final.add(m.Final)
	r.byDecision.add(m.FinalByDecision)
	r.reached.add(m.Reached)
	r.source.add(m.Source)
	r.standard.add(m.Text)
	r.version.add(version)
	r.withdrawn.add(mark(withdrawn))
}
