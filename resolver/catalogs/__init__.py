"""Which catalog files there are; selecting entries, adding one, validating all."""
