"""Adapters for google-genai: the Gemini API and Vertex AI."""
