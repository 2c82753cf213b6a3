"""What `catalog trust` shows before it records: all that the words of a file would send, set or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcatalog.resolver import load_catalog
from modelcatalog.resolver.trust import preview

from support.project_words import CHOICES, CLOUDS, KINDS, WORDS, Kind, Machine, Word, from_variable
from support.trusting import trusted

GOOD, EVIL = "http://127.0.0.1:7/v1", "http://127.0.0.1:9/v1"
# Each variable counts as set: where its value is plays no part.
VARIABLES = [kind for kind in KINDS if kind.name.endswith(", variable")]
LEADING = [word for word in WORDS if word.models and word.name != "patch of a qualifier"]
# The other adapter has no setting but a key and a base URL.
PAIRS = [
    (word, kind)
    for word in LEADING
    for kind in VARIABLES
    if not (word.name == "adapter" and kind.name.startswith("setting"))
]


def shown(word: Word) -> list[tuple[str, tuple[str, ...], str]]:
    """Address, what would be sent there, and the line that says so, for the entry that the word is about."""
    provider, _, rest = word.model.partition("/")
    name = {"fast": "mine" if "mine" in word.models else "acme", "ac": "mine"}.get(provider, provider)
    entry = f"{name}/{rest.removesuffix('/x')}" if "/" in rest else name
    return [
        (one.address, one.whats, one.position) for one in preview.preview(load_catalog()) if one.id == entry
    ]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch, GOOD, EVIL)


@pytest.mark.parametrize("trusting", [False, True], ids=["not trusted", "trusted"])
@pytest.mark.parametrize(("word", "kind"), PAIRS, ids=str)
def test_variable_is_shown_with_where_it_would_go(
    word: Word, kind: Kind, machine: Machine, trusting: bool
) -> None:
    machine.set_up(word, kind)
    if trusting:
        trusted(machine.project / "models.yaml")
    [(address, whats, position)] = shown(word)
    assert kind.reported in whats
    assert position == word.position
    if word.name == "base_url from a variable":
        assert address == "an address of its choice"
    elif not word.name.startswith("setting"):
        assert address == (EVIL if word.evil else GOOD)


@pytest.mark.parametrize("word", CHOICES, ids=str)
def test_variable_of_its_choice_is_shown(word: Word, machine: Machine) -> None:
    machine.set_up(word, from_variable("choice", "variable", "DEPLOY_TOKEN", ""))
    [(address, whats, position)] = shown(word)
    assert (address, whats[-1], position) == (GOOD, "DEPLOY_TOKEN", "models.yaml:2")
    assert set(whats) <= {"ACME_OWN", "DEPLOY_TOKEN"}


@pytest.mark.parametrize("kind", CLOUDS, ids=str)
@pytest.mark.parametrize("word", LEADING[:4], ids=str)
def test_credentials_of_a_cloud_are_shown(word: Word, kind: Kind, machine: Machine) -> None:
    machine.set_up(word, kind)
    [(_, whats, _)] = shown(word)
    assert kind.reported.removeprefix("The ") in whats[0]


def test_file_that_sends_nothing_shows_nothing(machine: Machine) -> None:
    word = Word("harmless", "providers: {acme: {headers: {X-Team: evals}, description: mine}}")
    machine.set_up(word, VARIABLES[0])
    assert shown(word) == []
    assert preview.preview(load_catalog(project=False)) == []
