"""The adapter for transformers: models in this process, their calls in batches."""
