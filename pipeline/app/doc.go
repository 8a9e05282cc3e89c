// Package app wires mailfate together: it starts what is needed, in order, and
// stops it in reverse.
//
// [New] connects to Kafka and ClickHouse, or starts both itself where none is
// named, and rolls back what it started when something fails. It starts only
// what its [Roles] need: a pure source no ClickHouse, a pure sink no state.
// [App.Start] lets the processor and the sink run. Then either [App.Replay] reads sources to
// their ends and returns when ClickHouse has everything that follows from them,
// or [App.Follow] reads them for ever. [App.Close] is the end, after either; it
// may be called twice and is bounded by its context.
//
// A part that fails for good ends the others, and Replay, Follow and Close say why.
package app
