SELECT fingerprint, provider, template, reason, rule, code, enhanced, command, relay, example
FROM reply_templates FINAL
WHERE rules_version != ?
