// Package pagestest holds the web pages with a real browser.
//
// Its tests replay testdata/replay once, serve it with the real program, and walk
// the pages with Chromium as a reader does: what is seen equals what the recording
// program knows, searches find, live rows come, files are what the API tells, and
// the keyboard, a phone, the dark and a screen reader are served. Everywhere, and
// without a test asking for it, a tab fails its test when the console has an error,
// the content security policy was violated, a dialog opened, or anything was
// requested from another host.
//
// Screenshots and the reports of axe-core are kept in the folder that the variable
// MAILFATE_ARTEFACTS names, else in out, beside the tests. Both are for people: no
// test reads them.
package pagestest
