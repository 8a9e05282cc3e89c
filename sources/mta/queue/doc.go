// Package queue remembers what an MTA has in its queue, as far as its log tells:
// under each queue id, what is known of the message, from its first line until a
// while after its last.
//
// What it guarantees:
//   - Memory is bounded: an id is forgotten when there was no line about it for a
//     while of the stream's time, or a while after it was removed. Of those in the
//     queue so many are in memory; the others stay where they were saved, and are
//     fetched when a line asks for them (Recall). Where there is no such place they
//     are forgotten before their time, and counted.
//   - It is part of a parser's state (sources.State): Changes hands out what is to
//     be saved, Load takes it back, and a table that was saved and loaded goes on
//     as if nothing had happened, down to which id it forgets next.
//   - It has no clock: Expire says how far the stream's time has come.
//
// What the lines mean is the parser's. It chooses what to keep of a message: any
// type that can append itself to bytes and be read from them.
package queue
