// The pages there are: path, title, module, whether the navigation has it, which pickers
// its header has, and which parameters of the address it knows besides those that go along
// from page to page, sort_… aside.
export const routes = [
  { path: '/', title: 'Overview', module: 'overview', listed: true, pickers: ['period', 'account', 'vocabulary'], knows: ['machines'] },
  { path: '/feed', title: 'Feed', module: 'feed', listed: true, pickers: ['account', 'vocabulary'], knows: ['q', 'sender', 'recipient', 'message_id', 'campaign', 'status', 'kind', 'reason', 'cursor', 'live'] },
  { path: '/bounces', title: 'Bounces', module: 'bounces', listed: true, pickers: ['period', 'account'], knows: ['provider', 'domain', 'class', 'fault'] },
  { path: '/suppressions', title: 'Suppressions', module: 'suppressions', listed: true, pickers: ['account'], knows: ['recipient', 'reason', 'cursor'] },
  { path: '/health', title: 'Health', module: 'health', listed: true, pickers: [], knows: [] },
  { path: '/message', title: 'Message', module: 'message', listed: false, pickers: ['vocabulary'], knows: ['id', 'recipient'] },
  { path: '/recipient', title: 'Recipient', module: 'recipient', listed: false, pickers: ['account', 'vocabulary'], knows: ['address'] },
]

export const routeOf = path => routes.find(r => r.path === path)
