"""A key that begins or ends with a word takes that word out of no name and no address."""

from __future__ import annotations

import pytest

from modelcatalog.catalog.redaction.secret import redact

TEXTS = [
    "client openai.AsyncOpenAI, base URL https://api.openai.com/v1",
    "OPENAI_API_KEY doesn't look like a key of openai. Its keys have the form ^sk-",
    "see https://platform.openai.com/api-keys). OPENAI_API_KEY is set",
    "modelcatalog.resolver.openai.client",
]


@pytest.mark.parametrize("key", ["openai-1234567890abcdef", "0123456789abcdef-openai", "/run/secrets/openai"])
@pytest.mark.parametrize("text", TEXTS)
def test_word_of_a_key_stays_in_names(text: str, key: str) -> None:
    assert redact(text, [key]) == text
    assert key not in redact(f"{text} {key}", [key])


@pytest.mark.parametrize("dots", ["...", "****", "\u2026", "\u2022\u2022\u2022", "*..."])
def test_beginning_and_end_beside_somebodys_redaction_do_not(dots: str) -> None:
    shown = redact(f"key opena{dots}bcdef, refused", ["openai-1234567890abcdef"])
    assert "opena" not in shown
    assert "bcdef" not in shown
