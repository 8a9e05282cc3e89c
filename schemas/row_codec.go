package schemas

// The field keys of an encoded row. Stored: append only.
const (
	rowEmailID uint8 = iota
	rowSender
	rowSubject
	rowCampaign
	rowTags
	rowSize
	rowStatuses
	rowReason
	rowCode
	rowEnhanced
	rowReply
	rowRelay
	rowURL
	rowFirst
	rowLast
	rowQueued
	rowDeferred
	rowDelivered
	rowBounced
	rowExpired
	rowOpened
	rowRead
	rowClicked
	rowUnsubscribed
	rowComplained
	rowDeferrals
	rowOpens
	rowClicks
	rowMachineOpens
	rowMachineClicks
	rowMachineOpened
	rowMachineClicked
	rowSuspicious
	rowAttempts
	rowAtLeast
	rowMachineRules
)

var (
	rowTimeKeys = [...]uint8{
		rowFirst, rowLast, rowQueued, rowDeferred, rowDelivered, rowBounced, rowExpired,
		rowOpened, rowRead, rowClicked, rowUnsubscribed, rowComplained, rowMachineOpened, rowMachineClicked,
	}
	rowCountKeys = [...]uint8{rowDeferrals, rowOpens, rowClicks, rowMachineOpens, rowMachineClicks, rowSuspicious, rowAttempts}
)

// rowTimes has the bits of rowTimeKeys.
var rowTimes = func() (bits uint64) {
	for _, k := range rowTimeKeys {
		bits |= 1 << k
	}
	return bits
}()

func (r *Row) times() [len(rowTimeKeys)]*int64 {
	return [...]*int64{
		&r.First, &r.Last, &r.Queued, &r.Deferred, &r.Delivered, &r.Bounced, &r.Expired,
		&r.Opened, &r.Read, &r.Clicked, &r.Unsubscribed, &r.Complained, &r.MachineOpened, &r.MachineClicked,
	}
}

func (r *Row) counts() [len(rowCountKeys)]*uint32 {
	return [...]*uint32{&r.Deferrals, &r.Opens, &r.Clicks, &r.MachineOpens, &r.MachineClicks, &r.Suspicious, &r.Attempts}
}

func (e *Encoder) row(r *Row) {
	m := e.openMap()
	m.text(rowEmailID, r.EmailID)
	m.text(rowSender, r.Sender)
	m.text(rowSubject, r.Subject)
	m.text(rowCampaign, r.Campaign)
	m.texts(rowTags, r.Tags)
	m.int(rowSize, r.Size)
	m.key(rowStatuses)
	e.statuses(r.Statuses)
	m.uint(rowReason, uint64(r.Reason))
	m.uint(rowCode, uint64(r.Code))
	m.text(rowEnhanced, r.Enhanced)
	m.text(rowReply, r.Reply)
	m.text(rowRelay, r.Relay)
	m.text(rowURL, r.URL)
	for i, t := range r.times() {
		if *t != 0 {
			m.key(rowTimeKeys[i])
			e.int(e.delta(*t))
		}
	}
	for i, n := range r.counts() {
		m.uint(rowCountKeys[i], uint64(*n))
	}
	if r.AtLeast {
		m.uint(rowAtLeast, 1)
	}
	m.texts(rowMachineRules, r.MachineRules)
	m.close()
}

func (d *Decoder) row(r *Row) {
	for range d.fields() {
		k := uint8(d.small(256))
		if t := r.timeField(k); t != nil {
			*t = d.fromDelta(d.int())
			continue
		}
		if n := r.countField(k); n != nil {
			*n = uint32(d.small(1 << 32))
			continue
		}
		switch k {
		case rowEmailID:
			r.EmailID = d.text()
		case rowSender:
			r.Sender = d.text()
		case rowSubject:
			r.Subject = d.text()
		case rowCampaign:
			r.Campaign = d.text()
		case rowTags:
			r.Tags = d.textList()
		case rowSize:
			r.Size = d.int()
		case rowStatuses:
			r.Statuses = d.statuses()
		case rowReason:
			r.Reason = Reason(d.small(uint64(ReasonCount)))
		case rowCode:
			r.Code = uint16(d.small(1 << 16))
		case rowEnhanced:
			r.Enhanced = d.text()
		case rowReply:
			r.Reply = d.text()
		case rowRelay:
			r.Relay = d.text()
		case rowURL:
			r.URL = d.text()
		case rowAtLeast:
			r.AtLeast = d.uint() != 0
		case rowMachineRules:
			r.MachineRules = d.textList()
		default:
			d.skip()
		}
	}
}

func (r *Row) timeField(k uint8) *int64 {
	for i, key := range rowTimeKeys {
		if key == k {
			return r.times()[i]
		}
	}
	return nil
}

func (r *Row) countField(k uint8) *uint32 {
	for i, key := range rowCountKeys {
		if key == k {
			return r.counts()[i]
		}
	}
	return nil
}
