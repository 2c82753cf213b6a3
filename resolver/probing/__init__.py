"""Live calls."""
