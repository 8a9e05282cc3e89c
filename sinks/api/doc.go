// Package api answers questions about messages over HTTP: UniSender's checkEmail, to
// the letter of its text, and, as openapi.yaml says, feeds of changes of status by
// page, as a file and live, the story of a message, what is known of an address, reports,
// suppressed addresses, new wordings of replies, and how mailfate is doing.
//
// It guarantees:
//
//   - Who asks gets answers about the messages of the key's account and of no other.
//     Of an id of another account only what the text's second message says is told.
//     What is of no account in particular is for keys of every account.
//   - Without any key there are no accounts to tell apart, and requests are answered
//     only if they come to a loopback address, by its name, in HTTP/1.1, and say nothing
//     of a proxy that passes them on. One that says nothing of itself is not
//     recognised: a key is to be made before a proxy is set up.
//   - Requests are bounded in size, number and time, and each is written to the log,
//     with the key's name and without the key.
//   - An answer is whole or an error; what is wrong with a request is said by code. A
//     file that fails on the way is cut off, so that it cannot be taken for whole.
//   - Live feeds tell all that is taken in, in the order in which it is, however late:
//     of several versions of a change the last at least. They ask the Store once for
//     all listeners, and queue nothing for any: who falls behind is cut off and, when
//     it comes again, goes on where it was or is told that something was missed.
//
// Left out on purpose: TLS, which is a proxy's job, and keeping keys, which is the
// Store's.
//
// The order for whoever wires it: New, Serve, and Shutdown, which waits for the
// answers that were begun.
package api
