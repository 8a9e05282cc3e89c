// Package api answers questions about messages over HTTP: UniSender's checkEmail, to
// the letter of its text.
//
// It guarantees:
//
//   - Who asks gets answers about the messages of the key's account and of no other.
//     Of an id of another account only what the text's second message says is told.
//   - Without any key there are no accounts to tell apart, and requests are answered
//     only if they come to a loopback address, by its name.
//   - Requests are bounded in size, number and time, and each is written to the log,
//     with the key's name and without the key.
//   - An answer is whole or an error; what is wrong with a request is said by code.
//
// Left out on purpose: TLS, which is a proxy's job, and keeping keys, which is the
// Store's.
//
// The order for whoever wires it: New, Serve, and Shutdown, which waits for the
// answers that were begun.
package api
