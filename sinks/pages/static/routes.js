// The pages there are: path, title, module, whether the navigation has it, and which pickers its header has.
export const routes = [
  { path: '/', title: 'Overview', module: 'overview', listed: true, pickers: ['period', 'account', 'vocabulary'] },
  { path: '/feed', title: 'Feed', module: 'feed', listed: true, pickers: ['account', 'vocabulary'] },
  { path: '/bounces', title: 'Bounces', module: 'bounces', listed: true, pickers: ['period', 'account'] },
  { path: '/suppressions', title: 'Suppressions', module: 'suppressions', listed: true, pickers: ['account'] },
  { path: '/health', title: 'Health', module: 'health', listed: true, pickers: [] },
  { path: '/message', title: 'Message', module: 'message', listed: false, pickers: ['vocabulary'] },
  { path: '/recipient', title: 'Recipient', module: 'recipient', listed: false, pickers: ['account', 'vocabulary'] },
]

export const routeOf = path => routes.find(r => r.path === path)
