// Package embedded starts what mailfate needs when nothing is installed: a
// Kafka-protocol broker inside the process and a real ClickHouse server in a
// child process. Everything else talks to them over loopback with the same
// clients that talk to clusters.
//
// What it guarantees:
//   - A broker's acknowledged records and committed transactions survive
//     kill -9; a transaction that was open then is aborted for good, and one
//     whose commit had begun is committed on all its partitions. A producer that
//     outlives the broker is fenced: it can't commit what is left of its own.
//   - Nothing is acknowledged that could not be written: a broker whose disk is
//     full answers nobody any more, stops, and says why.
//   - A consumer group is at rest again within a session after a member died,
//     whatever it was doing, and a member that waits for the others stays.
//   - A request of a kind or size that there is not ends its connection only.
//   - A ClickHouse child dies with its parent, whatever ends the parent, and
//     what it acknowledged is there after the next start. If that is asked for,
//     one that ends by itself is started again.
//   - One directory has one user: a second one gets a [LockedError].
//   - With a [Retention], the broker deletes only what every consumer has read,
//     and publishers wait when too much is unread.
//
// What it leaves out on purpose: power failure (neither fsyncs every write
// unless asked), more than one broker, access from other hosts, passwords.
//
// Who calls it: main calls [MaybeChild] before anything else; the wiring calls
// [StartBroker] and [StartClickHouse], hands their addresses to the clients,
// and stops them last, ClickHouse after the sinks and the broker after
// everybody.
package embedded
