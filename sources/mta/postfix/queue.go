package postfix

import "slices"

// A host is a machine as the log names it.
type host struct {
	name   string
	queues []*queue // those with queue ids, by instance
}

// A queue is what queue ids are unique in: one Postfix instance of one host.
type queue struct {
	host     *host
	instance string
	open     int // queue ids that are remembered
}

// queues knows the queues of a stream.
type queues struct {
	byName map[string]map[string]*queue // by host, by instance
	n      int
	sweep  int // how many to have before those without queue ids are forgotten
	last   *queue
}

// minSweep is how many queues are kept at least; few streams have that many.
const minSweep = 1024

func newQueues() queues {
	return queues{byName: make(map[string]map[string]*queue), sweep: minSweep}
}

// of returns the queue of that name.
func (qs *queues) of(hostName, instance []byte) *queue {
	if q := qs.last; q != nil && q.host.name == string(hostName) && q.instance == string(instance) {
		return q
	}
	if q := qs.byName[string(hostName)][string(instance)]; q != nil {
		qs.last = q
		return q
	}
	return qs.add(string(hostName), string(instance))
}

// named is of, for names that are strings already.
func (qs *queues) named(hostName, instance string) *queue {
	if q := qs.byName[hostName][instance]; q != nil {
		return q
	}
	return qs.add(hostName, instance)
}

func (qs *queues) add(hostName, instance string) *queue {
	if qs.n >= qs.sweep {
		qs.forgetEmpty()
	}
	byInstance := qs.byName[hostName]
	if byInstance == nil {
		byInstance = make(map[string]*queue)
		qs.byName[hostName] = byInstance
	}
	h := &host{name: hostName}
	for _, other := range byInstance {
		h = other.host
		break
	}
	q := &queue{host: h, instance: instance}
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
func (q *queue) opened() {
	if q.open++; q.open == 1 {
		i, _ := slices.BinarySearchFunc(q.host.queues, q.instance, compareInstance)
		q.host.queues = slices.Insert(q.host.queues, i, q)
	}
}

func (q *queue) closed() {
	if q.open--; q.open == 0 {
		i, _ := slices.BinarySearchFunc(q.host.queues, q.instance, compareInstance)
		q.host.queues = slices.Delete(q.host.queues, i, i+1)
	}
}

func compareInstance(q *queue, instance string) int {
	switch {
	case q.instance < instance:
		return -1
	case q.instance > instance:
		return 1
	}
	return 0
}
