"""`check`: what is configured on this machine, offline and online."""
