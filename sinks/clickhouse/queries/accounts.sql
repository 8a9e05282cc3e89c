SELECT account, open_tracking, click_tracking FROM accounts FINAL ORDER BY account
