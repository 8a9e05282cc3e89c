package clickhouse

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"mailfate/schemas"
)

// meaning is what one status of one vocabulary means.
type meaning struct {
	Vocabulary      string `ch:"vocabulary"`
	Status          string `ch:"status"`
	Ordinal         uint8  `ch:"ordinal"`
	Spelling        string `ch:"spelling"`
	Meaning         string `ch:"meaning"`
	Outcome         string `ch:"outcome"`
	Step            string `ch:"step"`
	Final           bool   `ch:"final"`
	FinalByDecision bool   `ch:"final_by_decision"`
	Reached         string `ch:"reached"`
	Source          string `ch:"source"`
	Text            string `ch:"text"`
}

// setMeanings makes table vocabularies say what schemas.Vocabularies says.
func (db *DB) setMeanings(ctx context.Context) error {
	if err := refer(ctx, db, newMeaningRows(), meanings(), compareMeanings); err != nil {
		return fmt.Errorf("set meanings of statuses in database %s: %w", db.opts.Database, err)
	}
	return nil
}

// meanings are those of all statuses, sorted.
func meanings() []meaning {
	var list []meaning
	for _, v := range schemas.Vocabularies {
		for i := range v.Rows {
			r := &v.Rows[i]
			list = append(list, meaning{
				Vocabulary: v.Name, Status: r.ID, Ordinal: uint8(i), Spelling: r.Spelling(), Meaning: r.Meaning, Outcome: string(r.Outcome),
				Step: r.Step, Final: r.Final, FinalByDecision: r.Ours, Reached: r.Reached, Source: r.Source, Text: v.Source,
			})
		}
	}
	slices.SortFunc(list, compareMeanings)
	return list
}

func compareMeanings(a, b meaning) int {
	return cmp.Or(cmp.Compare(a.Vocabulary, b.Vocabulary), cmp.Compare(a.Status, b.Status))
}
