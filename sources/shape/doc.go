// Package shape groups lines by what they have in common, counts each group, and
// keeps a few examples of it: what a parser did not understand is to be seen at a
// glance, in a log of any length.
//
// What it guarantees:
//   - Lines that differ only in numbers, ids, addresses, IP addresses, names of
//     hosts, times or quoted texts have one shape.
//   - Every line counts once. There are at most [Max] shapes; what comes after them
//     is counted as [Other], so that made-up lines cost no more memory than that.
//   - Nothing of an address's local part, a client's IP address or a subject is in
//     a shape, nor in an example unless examples are to be kept raw.
//   - It is pure: the same lines in the same order give the same.
//
// Where a shape is written, 0 is a number or an id, <@> or @ an address, "" a quoted
// text, :: a time or an IPv6 address, host a name with dots, … a subject, and ? what
// is no text.
package shape
