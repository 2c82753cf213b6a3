"""What `check` finds, offline and online."""
