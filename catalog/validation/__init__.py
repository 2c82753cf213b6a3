"""What a catalog file may say: the schema, what the schema can't say, and the messages."""
