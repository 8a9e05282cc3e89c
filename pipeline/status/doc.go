// Package status is the status machine: what is known of a message, in, and
// what became of it, out. It is pure: no clock, no I/O, no logging, and its
// results do not depend on the order, number or grouping in which events came.
//
// Three small pieces, in the order in which they are used:
//
//  1. The set (Add): the events under one key, merged by union, with caps. Union
//     is commutative, associative and idempotent, and nothing else decides what
//     is known. Of a kind the first and the last are kept, and the edges: the
//     first and the last of each of a few agents. The others are counted.
//  2. The timeline: a message's events, own and inherited, in their total order,
//     with what they mean together and with what time alone brings about. Here a
//     hit is found to be a machine's, whose opens are no opens, and a delivery
//     behind a return to be moot.
//  3. The fold: the timeline through each vocabulary's table, step by step; its
//     steps are the message's history.
//
// Evaluate does 2 and 3; Settle compares the result with what was stored and
// says what has changed. The processor calls them in that order for every key
// that an event or a clock touches.
package status
