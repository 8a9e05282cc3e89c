SELECT max(version) FROM accounts
