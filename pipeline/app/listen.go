package app

import "mailfate/sources/lmtp"

// listen takes mails for the sources that are listeners, until the returned function
// is called. What is taken after their streams have ended is read at the next start.
func (a *App) listen(srcs []Source) (stop func(), err error) {
	var all []*lmtp.Listener
	stop = func() {
		for _, l := range all {
			if err := l.Close(); err != nil {
				a.log.Warn("listener was broken off", "address", l.Addr().String(), "error", err)
			}
		}
	}
	for i := range srcs {
		if srcs[i].Listen == "" {
			continue
		}
		l, err := lmtp.Listen(srcs[i].Listen, srcs[i].Set.Path, a.log)
		if err != nil {
			stop()
			return nil, err
		}
		a.log.Info("taking mails", "stream", srcs[i].Name(), "address", l.Addr().String())
		all = append(all, l)
	}
	return stop, nil
}
