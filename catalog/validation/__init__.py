"""Whether catalog files are right: the schema, what it can't say, and the messages."""
