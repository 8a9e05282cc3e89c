package api

import (
	"net/http"

	"mailfate/schemas"
)

type vocabularyAnswer struct {
	Name     string         `json:"name"`
	Source   string         `json:"source"` // the text it is true to
	Statuses []statusAnswer `json:"statuses"`
}

type statusAnswer struct {
	Status   string          `json:"status"`
	Spelling string          `json:"spelling"`
	Labels   schemas.Labels  `json:"labels"` // what people read, by language
	Meaning  string          `json:"meaning"`
	Step     string          `json:"step"`
	Outcome  schemas.Outcome `json:"outcome"`
	Final    bool            `json:"final"`
	Ours     bool            `json:"final_by_decision"`
	Reached  string          `json:"reached"`
}

// vocabularies answers GET /vocabularies.
func (s *Server) vocabularies(r *http.Request, _ caller) (any, error) {
	if err := checkNames(r.Form, nil); err != nil {
		return nil, err
	}
	var all []vocabularyAnswer
	for _, v := range schemas.Vocabularies {
		a := vocabularyAnswer{Name: v.Name, Source: v.Source}
		for i := range v.Rows {
			row := &v.Rows[i]
			a.Statuses = append(a.Statuses, statusAnswer{
				row.ID, row.Spelling(), row.Labels, row.Meaning, row.Step, row.Outcome, row.Final, row.Ours, row.Reached,
			})
		}
		all = append(all, a)
	}
	return map[string]any{"vocabularies": all}, nil
}
