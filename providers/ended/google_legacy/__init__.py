"""Adapters for google-generativeai and for vertexai's generative models."""
