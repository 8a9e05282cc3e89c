package process

import (
	"context"
	"fmt"

	"mailfate/schemas"
)

// checkNew tells a partition that was never worked on from one whose changelog is
// lost: the group's offset, which is committed together with a bookmark, is still
// there. Input that is whole makes up for the loss. The rest of one that is not
// would replace rows by partial ones, which nobody should find out afterwards.
func (w *worker) checkNew(ctx context.Context) error {
	committed, err := w.processor.client.CommittedOffsets(ctx, Group, schemas.TopicEvents)
	if err != nil {
		return fmt.Errorf("read the group's offsets: %w", err)
	}
	read := committed[w.partition]
	switch {
	case read <= 0:
		return nil
	case w.input == 0:
		w.processor.log.Warn("the state is lost: all input is read again, which makes it anew",
			"topic", schemas.TopicStatus, "partition", w.partition, "read_before", read)
		return nil
	default:
		return fmt.Errorf("topic %s has lost its state: input was read up to offset %d, and what was before %d is no longer there to make it anew: "+
			"put %s back from a copy; or, to begin with the input that is left, which replaces what is known of older messages by a part of it, "+
			"stop all processors and delete the offsets of group %s for topic %s (kafka-consumer-groups.sh --delete-offsets)",
			schemas.TopicStatus, read, w.input, schemas.TopicStatus, Group, schemas.TopicEvents)
	}
}
