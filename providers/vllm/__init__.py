"""The adapter for vLLM's engine, which this process starts."""
