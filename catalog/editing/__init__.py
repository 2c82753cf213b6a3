"""Changing a catalog file: every other byte stays, and the write is atomic."""
