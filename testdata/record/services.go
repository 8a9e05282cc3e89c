package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// startPrograms starts what the set is recorded with, syslogd first.
func (r *recording) startPrograms() error {
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		return fmt.Errorf("make folder of recording: %w", err)
	}
	if !r.classic {
		if err := errors.Join(r.startSyslog(), r.startWeb()); err != nil {
			return err
		}
		p, err := newPlatform(filepath.Join(r.dir, "platform.ndjson"), r.zone)
		if err != nil {
			return err
		}
		r.platform = p
	}
	for i, name := range []string{"postfix", "postfix-out"} {
		p, err := startPostfix(r.set, name, i > 0)
		if err != nil {
			return err
		}
		r.queues = append(r.queues, p)
	}
	return nil
}

func (r *recording) startSyslog() (err error) {
	conf := filepath.Join(r.dir, "rsyslog.conf")
	if err := writeConfig(conf, "rsyslog.conf", map[string]any{"Dir": r.dir, "HostName": hostName}); err != nil {
		return err
	}
	if r.syslog, err = start(r.zone, "/usr/sbin/rsyslogd", "-n", "-f", conf, "-i", filepath.Join(r.dir, "rsyslog.pid")); err != nil {
		return err
	}
	return await("socket of rsyslogd", func() error { _, err := os.Stat("/dev/log"); return err })
}

func (r *recording) startWeb() (err error) {
	r.sites = newSites()
	var servers []map[string]string
	for _, s := range r.sites {
		servers = append(servers, map[string]string{"Addr": s.addr, "Addr6": s.addr6, "Name": s.name, "Log": s.log, "Format": s.format})
	}
	conf := filepath.Join(r.dir, "nginx.conf")
	if err := writeConfig(conf, "nginx.conf", map[string]any{"Dir": r.dir, "Servers": servers}); err != nil {
		return err
	}
	if r.web, err = start("UTC", "/usr/sbin/nginx", "-c", conf, "-p", r.dir, "-e", filepath.Join(r.dir, "error.log")); err != nil {
		return err
	}
	return await("port of nginx", func() error {
		conn, err := net.Dial("tcp", r.sites[0].addr)
		if err != nil {
			return err
		}
		return conn.Close()
	})
}

// await asks again and again until ready has no error.
func await(what string, ready func() error) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	var err error
	for range 200 {
		if err = ready(); err == nil {
			return nil
		}
		<-tick.C
	}
	return fmt.Errorf("wait for %s: %w", what, err)
}

// stopPrograms stops what was started, syslogd last so that it hears the others out.
func (r *recording) stopPrograms() error {
	var errs []error
	for _, p := range r.queues {
		errs = append(errs, p.command("stop"))
	}
	for _, p := range []*program{r.web, r.syslog} {
		if p != nil {
			errs = append(errs, p.stop())
		}
	}
	return errors.Join(errs...)
}

// background runs what goes on beside the sending, and keeps the first errors.
type background struct {
	ctx  context.Context
	wg   sync.WaitGroup
	mu   sync.Mutex
	errs []error
}

func newBackground(ctx context.Context) *background { return &background{ctx: ctx} }

func (b *background) run(f func(context.Context) error) { b.wg.Go(func() { b.note(f(b.ctx)) }) }

func (b *background) note(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil && len(b.errs) < 10 {
		b.errs = append(b.errs, err)
	}
}

func (b *background) wait() error {
	b.wg.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	return errors.Join(b.errs...)
}

// pause waits, unless ctx ends first.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
