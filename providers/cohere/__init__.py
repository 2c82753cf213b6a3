"""providers/cohere: the adapter for the cohere SDK."""
