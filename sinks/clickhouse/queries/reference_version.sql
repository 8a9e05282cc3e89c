SELECT max(version) FROM {table:Identifier}
