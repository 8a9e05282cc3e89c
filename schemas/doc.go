// Package schemas is the ground floor of mailfate: what an event, a status, a
// change and a snapshot are, and how each is written as bytes. Everyone imports
// it; it imports nothing of ours and does no I/O.
//
// It promises:
//
//   - Numbers that are stored (kinds, reasons, field keys, status numbers) are
//     never reused or renumbered; new ones are appended.
//   - Every stored value begins with a format version. Fields that a reader
//     does not know are skipped, and golden files hold every version that was
//     ever written, so old bytes stay readable for ever.
//   - Decoders treat their input as hostile: they return an error, never panic,
//     and allocate no more than a small multiple of the input's length.
package schemas
