package tail

import "time"

// unread is a file of mails that was not read to its end as it is.
type unread struct {
	stamp stamp
	since time.Time // when it was first found so
	first time.Time // when it was first found to be unread
	tried time.Time // when it was last read, as far as that went

	failed bool      // as it is, it cannot be read to its end
	held   bool      // all but its last mail was read
	torn   bool      // that one has no empty line at its end
	locked time.Time // since when others keep it locked; zero: nobody does
}

// quiet is for how long a file has to stay as it is for its last mail to be whole.
func (m *mails) quiet(u *unread) time.Duration {
	if u.torn {
		return m.opts.Grace
	}
	return m.pause()
}

// pause is how long a file that was not read to its end is left alone.
func (m *mails) pause() time.Duration { return min(m.opts.Poll, m.opts.Grace) }

// due reports whether a file is to be read now, and whether its last mail is whole.
func (m *mails) due(path string, now stamp) (due, final bool) {
	u := m.unread[path]
	if u == nil {
		u = &unread{stamp: now, since: time.Now(), first: time.Now()}
		m.unread[path] = u
	}
	if u.stamp != now {
		u.stamp, u.since, u.failed, u.held, u.torn = now, time.Now(), false, false, false
	}
	final = m.settled(u)
	due = !u.failed && time.Since(u.tried) >= m.pause() && (final || !u.held)
	return due, final
}

// settled reports whether a file has not changed for a while. Of one that was not
// read yet it is unknown how its last mail ends.
func (m *mails) settled(u *unread) bool {
	return !m.opts.Follow || time.Since(time.Unix(0, u.stamp.ModTime)) > m.opts.Grace ||
		u.held && time.Since(u.since) >= m.quiet(u)
}

// tried notes that a file was not read to its end.
func (m *mails) tried(path string) *unread {
	u := m.unread[path]
	if u == nil {
		u = &unread{first: time.Now()}
		m.unread[path] = u
	}
	u.tried = time.Now()
	return u
}

// awaited reports whether there is a file that is likely to be read soon. One that
// has been unread for long holds nothing up but what is known to be in it.
func (m *mails) awaited() bool {
	for _, u := range m.unread {
		if !u.failed && time.Since(u.first) < m.opts.Grace {
			return true
		}
	}
	return false
}
