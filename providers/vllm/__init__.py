"""Adapter for vLLM's engine in this process."""
