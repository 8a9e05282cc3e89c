SELECT * EXCEPT (version, withdrawn) FROM {table:Identifier} FINAL ORDER BY ALL
