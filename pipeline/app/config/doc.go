// Package config reads mailfate's configuration: one YAML file, strictly.
//
// It guarantees:
//   - A Config that Load or Parse returns is valid: every name, address, zone,
//     pattern and duration in it has been checked, and defaults are filled in,
//     those of the whole file also in each source.
//   - Nothing is ignored. An unknown key, a key written twice, a value of
//     another type or an alias is an Error with file, line and remedy, an
//     unknown key with the nearest one that exists. All problems are told at once.
//   - The file is hostile: it is limited in size, and so is all that is in it.
//   - No secret is in a Config, in its text or in an error: a secret stands in
//     the environment or in a file of its own, and Secret.Read is where it is read.
//   - Effective is what a Config says, defaults included, as a file that Parse
//     reads back to the same Config.
//
// Left out on purpose: looking at what the configuration names. Files, servers
// and variables are looked at when they are used (Secret.Read, TLS.Client).
//
// Who calls it: the command line calls Load, puts its flags over the result and
// calls Validate again. Every error is one of the user's (exit code 2).
//
// Each section lists its keys once, in fields.go; reading, printing and the
// search for the nearest key all go by that list. A new setting is a field of
// the struct, a line there, a check in validate.go and a line in
// mailfate.example.yaml, which a test demands.
package config
