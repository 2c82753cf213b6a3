"""Entries and the catalog: shorthand, layers, inheritance, merging."""
