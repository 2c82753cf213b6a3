"""Entries and the catalog that they form: layers, merge, inheritance, shorthand."""
