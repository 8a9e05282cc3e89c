package queue

import "slices"

// A Host is a machine as the log names it.
type Host struct {
	Name   string
	queues []*Queue // those with queue ids, by instance
}

// Queues returns the host's queues of which ids are remembered, by instance.
func (h *Host) Queues() []*Queue { return h.queues }

// A Queue is what queue ids are unique in: one instance of an MTA on one host.
type Queue struct {
	Host     *Host
	Instance string
	open     int // queue ids that are remembered
	away     int // those of them that are in the saved state alone
	gone     bool
}

// Forgotten reports whether the table has another queue under the name by now, or
// none. Who keeps a queue from one line to the next must ask.
func (q *Queue) Forgotten() bool { return q.gone }

// queues knows the queues of a stream.
type queues struct {
	byName map[string]map[string]*Queue // by host, by instance
	n      int
	sweep  int // how many to have before those without queue ids are forgotten
	last   *Queue
}

// minSweep is how many queues are kept at least; few streams have that many.
const minSweep = 1024

func newQueues() queues {
	return queues{byName: make(map[string]map[string]*Queue), sweep: minSweep}
}

// Of returns the queue of that name.
func (qs *queues) Of(hostName, instance []byte) *Queue {
	if q := qs.last; q != nil && q.Host.Name == string(hostName) && q.Instance == string(instance) {
		return q
	}
	if q := qs.byName[string(hostName)][string(instance)]; q != nil {
		qs.last = q
		return q
	}
	return qs.add(string(hostName), string(instance))
}

// named is Of, for names that are strings already.
func (qs *queues) named(hostName, instance string) *Queue {
	if q := qs.byName[hostName][instance]; q != nil {
		return q
	}
	return qs.add(hostName, instance)
}

func (qs *queues) add(hostName, instance string) *Queue {
	if qs.n >= qs.sweep {
		qs.forgetEmpty()
	}
	byInstance := qs.byName[hostName]
	if byInstance == nil {
		byInstance = make(map[string]*Queue)
		qs.byName[hostName] = byInstance
	}
	h := &Host{Name: hostName}
	for _, other := range byInstance {
		h = other.Host
		break
	}
	q := &Queue{Host: h, Instance: instance}
	byInstance[instance] = q
	qs.n++
	qs.last = q
	return q
}

// forgetEmpty drops queues without queue ids: names in a log can be made up.
func (qs *queues) forgetEmpty() {
	qs.last = nil
	for name, byInstance := range qs.byName {
		for instance, q := range byInstance {
			if q.open == 0 {
				delete(byInstance, instance)
				q.gone = true
				qs.n--
			}
		}
		if len(byInstance) == 0 {
			delete(qs.byName, name)
		}
	}
	qs.sweep = max(minSweep, 2*qs.n)
}

// opened and closed count the queue ids of a queue.
func (q *Queue) opened() {
	if q.open++; q.open == 1 {
		i, _ := slices.BinarySearchFunc(q.Host.queues, q.Instance, compareInstance)
		q.Host.queues = slices.Insert(q.Host.queues, i, q)
	}
}

func (q *Queue) closed() {
	if q.open--; q.open == 0 {
		i, _ := slices.BinarySearchFunc(q.Host.queues, q.Instance, compareInstance)
		q.Host.queues = slices.Delete(q.Host.queues, i, i+1)
	}
}

func compareInstance(q *Queue, instance string) int {
	switch {
	case q.Instance < instance:
		return -1
	case q.Instance > instance:
		return 1
	}
	return 0
}
