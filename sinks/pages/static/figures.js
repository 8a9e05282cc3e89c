// The figures of an overview: of what row of a report each is, and what it is a part of.

const ratio = (part, whole) => whole > 0 ? part / whole : null

// Rates with machines are of the same denominators as those without.
export const figures = [
  { name: 'messages', label: 'Messages', kind: 'count', of: 'with their first event in the period', value: r => r.messages },
  { name: 'delivered', label: 'Delivered', kind: 'count', of: 'accepted by the recipients’ servers', value: r => r.delivered },
  {
    name: 'open_rate', label: 'Open rate', kind: 'ratio', better: 1, of: 'opened ÷ delivered of accounts that track opens',
    value: (r, machines) => ratio(machines ? r.opened_with_machines : r.opened, r.open_tracked), part: (r, machines) => [machines ? r.opened_with_machines : r.opened, r.open_tracked],
  },
  {
    name: 'click_rate', label: 'Click rate', kind: 'ratio', better: 1, of: 'clicked ÷ delivered of accounts that track clicks',
    value: (r, machines) => ratio(machines ? r.clicked_with_machines : r.clicked, r.click_tracked), part: (r, machines) => [machines ? r.clicked_with_machines : r.clicked, r.click_tracked],
  },
  { name: 'bounce_rate', label: 'Bounce rate', kind: 'ratio', better: -1, of: 'bounced ÷ (delivered, bounced or expired)', value: r => ratio(r.bounced, r.ended), part: r => [r.bounced, r.ended] },
  { name: 'complaint_rate', label: 'Complaint rate', kind: 'ratio', better: -1, of: 'complained ÷ delivered', value: r => ratio(r.complained, r.delivered), part: r => [r.complained, r.delivered] },
]

export const figure = name => figures.find(f => f.name === name)

// before is the row of the period before, of one that was compared.
export function before(row) {
  const of = {}
  for (const [name, value] of Object.entries(row)) if (name.endsWith('_before')) of[name.slice(0, -7)] = value
  return of
}
