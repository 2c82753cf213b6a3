"""Adding an entry to a file without changing the rest, and writing files whole or not at all."""
