// Package links puts tracking links into a mail: the pixel, redirects of its links, and
// the headers by which a reader's program unsubscribes (RFC 8058).
//
// It guarantees of a mail's HTML: only the values of href of <a> and <area> change that
// are absolute http or https URLs, and the pixel is added before the last </body>, else
// before the last </html>, else at the end, out of a tag that does not end there.
// Every other byte stays as it is, also of HTML that is broken, and so do links that say data-track="no", links that cannot be signed,
// and links that lead to the tracker already.
//
// Left out on purpose: taking mails apart. Who sends hands in the HTML before it is
// encoded and signed (DKIM), and has List-Unsubscribe and List-Unsubscribe-Post signed
// with it.
package links
