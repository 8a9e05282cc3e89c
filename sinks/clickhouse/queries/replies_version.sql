SELECT max(version) FROM reply_templates
