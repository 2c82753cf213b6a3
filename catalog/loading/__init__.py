"""Catalog files into layers, and the cache of compiled files."""
