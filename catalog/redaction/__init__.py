"""Secrets, and everything that keeps them out of text."""
