"""Adapter for the groq SDK."""
