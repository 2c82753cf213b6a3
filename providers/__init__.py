"""Adapters: one folder for each SDK, and what they share."""
