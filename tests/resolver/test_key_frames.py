"""A key is plain text in few places of ours: where it is read, becomes a Secret, and goes to the SDK's constructor."""

from __future__ import annotations

import pytest

from modelcatalog.resolver import explain, resolve

from support.key_frames import holders_of

KEY = f"sk-proj-{'Q7z' * 16}"
READ = ("modelcatalog.resolver.credentials.environment", "Environment.look")
WRAPPED = ("modelcatalog.catalog.redaction.secret", "Secret.__init__")


def test_key_is_plain_text_in_eight_functions_on_its_way_to_the_client(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with holders_of(KEY) as found:
        model = resolve("openai/gpt-4o", sync=True)
    assert model.client.api_key == KEY
    model.close()
    assert WRAPPED in found
    assert len(found) <= 8, sorted(found)
    # All others are at the constructor.
    assert all(module.startswith("modelcatalog.providers.") for module, _ in found - {READ, WRAPPED})


@pytest.mark.parametrize(
    "key", [KEY, f"{KEY}\n", f'"{KEY}"', f"Bearer {KEY}", f"{KEY[:30]} {KEY[30:]}", f"gsk_{KEY}", f"{KEY}ж"]
)
def test_looking_at_a_key_leaves_it_in_no_variable(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with holders_of(key.strip()) as found:
        plan = explain("openai/gpt-4o")
    assert plan.settings["api_key"].is_set
    # What is redacted in the text of a finding must be compared with it.
    redacting = ("modelcatalog.catalog.redaction.", "modelcatalog.resolver.planning.plan")
    assert found
    assert {(module, name) for module, name in found if not module.startswith(redacting)} <= {READ}
