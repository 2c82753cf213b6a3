"""Changing a catalog file: entries added and removed, each byte of the rest kept; files replaced at once."""
