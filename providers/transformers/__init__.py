"""Adapter for transformers: a model in this process, calls answered in batches."""
