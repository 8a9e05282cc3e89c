SELECT key, hash, account, label, scopes, rate, made_at, revoked
FROM api_keys FINAL
ORDER BY made_at, key
