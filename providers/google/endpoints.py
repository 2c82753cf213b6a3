"""Which addresses are none of the Gemini API."""

from __future__ import annotations


def gemini_url_problem(url: str) -> str | None:
    """Why this endpoint is not one for the Gemini API's own protocol."""
    if f"{url}/".endswith("/openai/"):
        return f"{url} is Gemini's OpenAI-compatible address: give it to a provider with the adapter openai."
    return None
