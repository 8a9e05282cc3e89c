package app

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mailfate/pipeline/app/config"
)

// Roles is what a process does of all that there is to do.
type Roles uint8

// The roles. Any number of processes may have each.
const (
	RoleSource    Roles = 1 << iota // reads sources into Kafka; keeps checkpoints in the data directory
	RoleProcessor                   // makes statuses of events; keeps its state there
	RoleSink                        // writes to ClickHouse
	RoleTracker                     // answers hits, if that is configured, and reads them into Kafka

	AllRoles = wholeWay | RoleTracker
	wholeWay = RoleSource | RoleProcessor | RoleSink
)

// ParseRoles reads the names of roles, as they are in config.RoleNames.
func ParseRoles(names []string) (Roles, error) {
	var r Roles
	for _, name := range names {
		at := slices.Index(config.RoleNames, name)
		if at < 0 {
			return 0, fmt.Errorf("no such role: %q; want one or several of %s", name, strings.Join(config.RoleNames, ","))
		}
		r |= 1 << at
	}
	return r, nil
}

// Have reports whether all of the roles are among r.
func (r Roles) Have(roles Roles) bool { return r&roles == roles }

// Check says what of the options does not go together.
func (o *Options) Check() error {
	switch {
	case !o.roles().Have(wholeWay) && len(o.Kafka.Brokers) == 0:
		return errors.New("an embedded broker is for one process with all roles: name a cluster with --brokers, or leave out --role")
	case o.roles() != AllRoles && o.roles().Have(RoleTracker) && o.Tracker == nil:
		return errors.New("where hits are answered is not said: tracker.listen and tracker.keys in the configuration")
	case o.File != "" && !o.roles().Have(RoleSink):
		return errors.New("--out is written by a sink, and this process is none: add it to --role")
	case o.Dir == "" && o.needsDir() && !o.needsStore():
		return errors.New("where a sink writes is not said: name ClickHouse with --clickhouse HOST:PORT, or with clickhouse: in the configuration; or --data DIR, to have one started there")
	case o.Dir == "" && o.needsDir():
		return errors.New("a data directory is needed: --data DIR, or data: in the configuration")
	}
	return nil
}

func (o *Options) roles() Roles {
	if o.Roles == 0 {
		return AllRoles
	}
	return o.Roles
}

// needsDir reports whether something is kept on this machine. Offsets of a sink
// are Kafka's affair.
func (o *Options) needsDir() bool { return o.needsStore() || len(o.ClickHouse.Addresses) == 0 }

func (o *Options) needsStore() bool { return o.needsCheckpoints() || o.roles().Have(RoleProcessor) }

// needsCheckpoints reports whether streams are read here: sources, or the tracker's hits.
func (o *Options) needsCheckpoints() bool { return o.roles().Have(RoleSource) || o.tracks() }

func (o *Options) tracks() bool { return o.roles().Have(RoleTracker) && o.Tracker != nil }
