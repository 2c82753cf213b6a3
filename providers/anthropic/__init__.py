"""Adapters for the anthropic SDK: Anthropic itself, on Bedrock, on Vertex AI."""
