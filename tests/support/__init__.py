"""Real counterparts for tests: servers on loopback."""
