"""Live calls: one probe, or several at the same time."""
