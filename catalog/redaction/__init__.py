"""Secrets, and everything that keeps them out of texts, logs and exceptions."""
