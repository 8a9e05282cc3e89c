// Package pages serves mailfate's web pages: static files that are part of the program.
//
// It guarantees:
//
//   - The files under static are served, and nothing else. They need no build step, and
//     ask nobody but the server that they come from.
//   - Nothing in them runs inline, and the Content-Security-Policy forbids it: what a
//     log says cannot become a script, or a style.
//   - Every answer has an ETag made of its content, so that a browser asks and is told
//     that nothing has changed.
//
// Left out on purpose: data, and who may see it. The pages are the same for everybody;
// they ask the API with the reader's key, which they keep in the browser's tab alone.
//
// Whoever has a server mounts Handler at its root.
package pages
