package clickhouse

// accountRows are rows of table accounts.
type accountRows struct {
	table
	account                     word
	openTracking, clickTracking boolean
	version                     number[uint64]
	withdrawn                   number[uint8]
}

func newAccountRows() *accountRows {
	r := &accountRows{table: table{name: "accounts"}}
	r.field("account", &r.account)
	r.field("open_tracking", &r.openTracking)
	r.field("click_tracking", &r.clickTracking)
	r.field("version", &r.version)
	r.field("withdrawn", &r.withdrawn)
	r.seal()
	return r
}

func (r *accountRows) add(a Account, version uint64, withdrawn bool) {
	r.account.add(a.Name)
	r.openTracking.add(a.OpenTracking)
	r.clickTracking.add(a.ClickTracking)
	r.version.add(version)
	r.withdrawn.add(mark(withdrawn))
}
