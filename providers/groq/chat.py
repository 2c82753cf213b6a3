"""The uniform calls with the clients of the groq SDK."""

from __future__ import annotations

from modelcatalog.providers.openai.chat import Completions


class GroqCompletions(Completions):
    """OpenAI's, but for the option by which usage is sent: it comes unasked."""

    usage_option = False


CALLS = GroqCompletions()
