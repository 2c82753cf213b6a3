"""The adapter for goodfire's archived SDK."""
