// Package tracker answers hits on tracking links over HTTP: the pixel in a mail, the
// redirect of a link, the page and the one-click request that unsubscribe (RFC 8058).
//
//	GET, HEAD /t/TOKEN.gif   a pixel: opened
//	GET, HEAD /t/TOKEN       307 to where the token says: clicked
//	POST      /t/TOKEN       List-Unsubscribe=One-Click in the body: unsubscribed
//	GET, HEAD /t/TOKEN       of a token to unsubscribe: a page with a form that does so
//
// Use: New, then Serve on a listener, then Shutdown. A hit is a line of the spool in
// the format that package tracking reads, and nothing else; so it comes into Kafka as
// every other log does.
//
// It guarantees:
//
//   - Nothing is answered but what a token says that was signed (package token); no
//     part of a request leads anywhere, or into a header.
//   - A hit that was answered is in the spool's file before the answer is sent, and
//     outlives the process. A click's and an unsubscribing's is on disk, too, and
//     outlives the machine; a pixel's is within a tenth of a second.
//   - When the spool refuses, pixels and redirects are answered all the same and their
//     hits are lost, which the spool counts; nobody is told to be unsubscribed then: the
//     answer is 503, and who asked asks again.
//   - A pixel is held open, all but its last byte, for as long as it takes to say that
//     it was looked at (tracking.ReadAfter); the number of those is bounded, one for
//     each mail and recipient, and beyond it pixels are answered at once. A reader who vanishes without a word, as a phone
//     out of reach does, looks like one who stays.
//   - Requests are bounded in size, time and number of connections.
//   - No cookies, no scripts, no third party. Answers are not kept by caches.
//
// Left out on purpose: TLS, which a proxy in front does, as it does limits by address.
// Its networks have to be in Options.Proxies, or all hits come from it.
package tracker
