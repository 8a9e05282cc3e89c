// Package tail reads streams. A stream is one ordered byte source: a log file
// through all its rotations, or a mailbox, in which every mail is one record: a
// Maildir, an mbox file, or files of one mail each, alone or in a directory.
//
// Use: [Discover] turns paths into sets, [Open] makes a [Reader] of a set. The
// caller loads what Changes wrote the last time, then calls Next again and again;
// on Idle a replay is over, and a follower calls Wait. After any Next, Changes
// says what the reader's position is; the caller stores that in one write with
// what it made of the lines.
//
// It guarantees:
//
//   - A file is known by its content: a hash of its first KiB and the bytes before
//     the position, both uncompressed. So renaming, compressing, copying and
//     copytruncate neither repeat a line nor lose one that is still in some file of
//     the set. What the kernel says (device, inode, size, time) only saves work.
//   - Where an older copy is put back over the log, Next says Again, and all lines
//     are handed out once more: the caller forgets what it made of them, and keeps
//     that with the next position. What follows is as if the files had just been
//     found, also for a copy that then grows otherwise than it did before.
//   - A follower reads all files of the set's rotation, named or not; a replay, those
//     that were named.
//   - Every line is handed out once, in the file's order, older files first. A last
//     line without line end is held back, and not counted as read, until its end is
//     there, or until it never can be: its file is compressed, or a newer one of the
//     set has content.
//   - A mail in an mbox file is known by its content, without what mail programs
//     write into it: whoever compacts, sorts, flags or moves mails has none handed
//     out twice. While others hold a lock on the file it is left alone (fcntl and
//     .lock), and a last mail that may not be complete is waited for: for
//     Options.Grace, or until an empty line ends it and Options.Poll has passed.
//   - A file of mails that cannot be read to its end is left alone until it changes;
//     what is known of other files is forgotten with them all the same.
//   - A line beyond Options.MaxLine is cut and counted. Any byte but the line feed,
//     and one carriage return before it, reaches the caller. Memory does not depend
//     on the length of lines or files.
//   - A file that cannot be read is in Problems, by name and with a remedy; the
//     others are read all the same.
//
// Left out on purpose: what the lines mean, remote files, symbolic links to
// directories. Lines that copytruncate itself loses between its two steps are lost.
//
// Standard input (Stdin) is a stream that is read once. It has no position: a
// process that is started again begins anew, with the parser's state too, so that
// the same text handed in again makes the same events and no others. What a queue
// id of before meant is forgotten with it; who wants it kept hands in a file.
//
// A Reader is for one goroutine.
package tail
