package faults

import (
	"context"
	"fmt"
)

// A refusal is a code that a broker may answer a request with.
type refusal struct {
	role, request string
	start         bool
	codes         []int16
}

// refusals lists, for every request that the pipeline sends, codes that brokers
// are known to answer it with (https://kafka.apache.org/protocol#protocol_error_codes).
var refusals = []refusal{
	{processor, "Metadata", false, []int16{5}},
	{processor, "FindCoordinator", true, []int16{14, 15}},
	{processor, "JoinGroup", true, []int16{14, 15, 16, 25}},
	{processor, "SyncGroup", true, []int16{14, 15, 16, 25, 27}},
	{processor, "Heartbeat", false, []int16{15, 16, 22, 25, 27}},
	{processor, "InitProducerID", true, []int16{14, 15, 16, 51}},
	{processor, "ListOffsets", true, []int16{3, 5, 6, 78}},
	{processor, "Fetch", false, []int16{3, 5, 6, 74, 76}},
	{processor, "AddPartitionsToTxn", false, []int16{3, 14, 15, 16, 47, 48, 51, 90}},
	{processor, "Produce", false, []int16{3, 5, 6, 7, 19, 20, 45, 47, 48, 56, 90}},
	{processor, "AddOffsetsToTxn", false, []int16{14, 15, 16, 47, 48, 51, 90}},
	{processor, "TxnOffsetCommit", false, []int16{3, 14, 15, 16, 22, 25, 47, 90}},
	{processor, "EndTxn", false, []int16{14, 15, 16, 47, 48, 51, 90}},
	{sink, "OffsetFetch", true, []int16{14, 15, 16}},
	{sink, "OffsetCommit", false, []int16{14, 15, 16, 22, 25, 27}},
	{sink, "Fetch", false, []int16{3, 5, 6, 74, 76}},
	{source, "InitProducerID", true, []int16{14, 15, 16}},
	{source, "Produce", false, []int16{3, 5, 6, 7, 19, 20, 45, 47}},
}

// refused answers the next requests of a kind with a code. Nobody did anything
// about them, or everything was done and only the answer is wrong.
func refused(r refusal, code int16, done bool) fault {
	how := "refused"
	if done {
		how = "done but answered"
	}
	return fault{fmt.Sprintf("%s: %s %s %d", r.role, r.request, how, code), func(ctx context.Context, g *rig) error {
		m := g.any(r.role)
		times := 1 + g.r.IntN(2)
		if r.start {
			m.kill()
			times = 1
		}
		met := m.kafka.on(step{r.request, before}, 0, times, func() action { return action{stop: !done, code: code} })
		if err := m.start(); err != nil {
			return err
		}
		limited, cancel := context.WithTimeout(ctx, pointWithin)
		defer cancel()
		err := g.until(limited, met)
		m.kafka.heal()
		if err != nil {
			return fmt.Errorf("%s sent no %s: %w", m.name, r.request, err)
		}
		return nil
	}}
}

// allRefusals are all of them, one at a time.
func allRefusals() (faults []fault) {
	for _, r := range refusals {
		for _, code := range r.codes {
			faults = append(faults, refused(r, code, false))
			if r.request != "Fetch" && r.request != "Metadata" && r.request != "ListOffsets" { // a wrong answer is none
				faults = append(faults, refused(r, code, true))
			}
		}
	}
	return faults
}
