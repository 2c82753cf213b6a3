"""Each thing that a project's text can say, with each kind of secret of the user's: nothing is sent without trust."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from modelcatalog.catalog.diagnostics.errors import ModelCatalogError, UntrustedSourceError
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.resolver import explain, resolve

from support.project_words import (
    CHOICES,
    CLOUDS,
    KINDS,
    SECRET,
    SOURCES,
    WORDS,
    Kind,
    Machine,
    Word,
    from_variable,
)

NEW = ("extends with a host", "extends with an endpoint", "chain of extends", "new provider")
"""Words by which the user asks for a provider of the project's by its own name."""

NOT_SENT = {
    # A qualifier at another host has a variable of its own, and inherits no header or setting of the user's.
    *(("patch of a qualifier", kind.name) for kind in KINDS if not kind.arguments),
    # A command belongs to the setting of the user's file: another provider has none.
    *((word, "command") for word in ("new qualifier", "extends with a host", "new provider")),
    *(
        (word, "command")
        for word in ("alias of the user's, taken over", "alias of the user's provider, taken over")
    ),
    # There is one file of variables, and the user named another one.
    *(
        (word, kind.name)
        for word in ("base URL in .env", "setting of a template, in .env")
        for kind in KINDS
        if "MODELCATALOG_ENV_FILE" in kind.env
    ),
    # groq has no such setting.
    *(("adapter", kind.name) for kind in KINDS if kind.name.startswith("setting")),
}


def is_the_projects_own(word: Word, kind: Kind) -> bool:
    """Whether nothing of it is the user's word: a key given for the project's provider, or beside its host in .env."""
    return (word.name in NEW and bool(kind.arguments)) or bool(kind.dotenv and word.dotenv)


CELLS = [
    pytest.param(word, kind, id=f"{word}, {kind}")
    for word in WORDS
    for kind in KINDS
    if (word.name, kind.name) not in NOT_SENT and not is_the_projects_own(word, kind)
]
OWN = [
    pytest.param(word, kind, id=f"{word}, {kind}")
    for word in WORDS
    for kind in KINDS
    if is_the_projects_own(word, kind)
]
HARMLESS = [
    pytest.param(word, kind, id=f"{word}, {kind}")
    for word in WORDS
    for kind in KINDS
    if (word.name, kind.name) in NOT_SENT
]
MOVING = [word for word in WORDS if word.model == "acme/x" and word.name not in ("adapter", "Host header")]


@pytest.fixture(scope="module")
def evil() -> Iterator[RecordingServer]:
    with RecordingServer() as running:
        yield running


@pytest.fixture(scope="module")
def good() -> Iterator[RecordingServer]:
    with RecordingServer() as running:
        yield running


@pytest.fixture
def machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, good: RecordingServer, evil: RecordingServer
) -> Machine:
    good.requests.clear()
    evil.requests.clear()
    return Machine(tmp_path, monkeypatch, good.url, evil.url)


def ask(word: Word, kind: Kind) -> ModelCatalogError | None:
    """Resolve and call; the error of `resolve`, None when a client was built. Whatever the service answers."""
    try:
        resolved = resolve(word.model, sync=True, max_retries=0, timeout=5, **kind.arguments)
    except ModelCatalogError as error:
        return error
    with resolved as model, suppress(Exception):
        model.chat("hi")
    return None


def arrived(server: RecordingServer) -> bool:
    return any(SECRET in request.everything for request in server.requests)


@pytest.mark.parametrize(("word", "kind"), CELLS)
def test_secret_goes_nowhere_by_a_projects_word(
    word: Word, kind: Kind, machine: Machine, good: RecordingServer, evil: RecordingServer
) -> None:
    machine.set_up(word, kind)
    error = ask(word, kind)
    assert isinstance(error, UntrustedSourceError), error
    assert not good.requests
    assert not evil.requests
    said = str(error).partition(" came with a project")[0]
    assert said == f"{kind.reported} is yours, but {word.position}"
    host = (evil if word.evil else good).origin.partition("://")[2]
    assert host in str(error)
    assert SECRET not in str(error)


@pytest.mark.parametrize(("word", "kind"), CELLS)
def test_it_is_sent_once_the_user_trusts_the_files(
    word: Word, kind: Kind, machine: Machine, good: RecordingServer, evil: RecordingServer
) -> None:
    """What was stopped above is no dead runner."""
    machine.set_up(word, kind)
    machine.trust()
    assert ask(word, kind) is None
    assert (arrived(evil), arrived(good)) == (word.evil, not word.evil)


@pytest.mark.parametrize(("word", "kind"), OWN)
def test_what_is_the_projects_own_needs_no_trust(
    word: Word, kind: Kind, machine: Machine, evil: RecordingServer
) -> None:
    machine.set_up(word, kind)
    assert ask(word, kind) is None
    assert arrived(evil)


@pytest.mark.parametrize(("word", "kind"), HARMLESS)
def test_some_words_never_get_it(word: Word, kind: Kind, machine: Machine, evil: RecordingServer) -> None:
    machine.set_up(word, kind)
    ask(word, kind)
    machine.trust()
    ask(word, kind)
    assert not arrived(evil)


@pytest.mark.parametrize("source", [name for name in SOURCES if name != ".env of the project"])
@pytest.mark.parametrize("word", CHOICES, ids=str)
def test_variable_of_a_projects_choice_is_not_sent_to_the_users_host_either(
    word: Word, source: str, machine: Machine, good: RecordingServer
) -> None:
    kind = from_variable("choice", source, "DEPLOY_TOKEN", "")
    machine.set_up(word, kind)
    error = ask(word, kind)
    assert isinstance(error, UntrustedSourceError), error
    assert "DEPLOY_TOKEN is yours, but models.yaml:2 came" in str(error)
    assert not good.requests
    machine.trust()
    assert ask(word, kind) is None
    assert arrived(good)


@pytest.mark.parametrize("kind", CLOUDS, ids=str)
@pytest.mark.parametrize("word", MOVING, ids=str)
def test_credentials_of_a_cloud_go_nowhere_by_a_projects_word(
    word: Word, kind: Kind, machine: Machine
) -> None:
    machine.set_up(word, kind)
    [finding] = explain(word.model).errors
    assert finding.code == "untrusted-source"
    assert kind.reported in finding.message
    machine.trust()
    assert not explain(word.model).errors


HOSTS = {
    "https://a.example/v1": {
        "https://a.example/v1": True,
        "https://A.Example/v2/": True,
        "https://a.example": True,
        "https://a.example:8443/v1": False,
        "https://a.example.com/v1": False,
        "https://b.example/v1": False,
        "http://a.example/v1": False,
    },
    "https://{project}.example/v1": {
        "https://gate.example/v1": True,
        "https://{project}.example/v2": True,
        "https://{organization}.example/v1": False,
        "https://{base_url}.example/v1": False,
        "https://other.example/v1": False,
    },
    "'{project}'": {"https://gate/v1": False, "https://gate.example/v1": False},
}


@pytest.mark.parametrize("has_default", [True, False])
@pytest.mark.parametrize(
    ("usual", "said"), [(usual, said) for usual, others in HOSTS.items() for said in others]
)
def test_project_that_names_the_users_host_again_needs_no_trust(
    usual: str, said: str, has_default: bool, machine: Machine
) -> None:
    setting = "{default: gate, env: ACME_GATEWAY}" if has_default else "{env: ACME_GATEWAY}"
    more = f"SETTINGS project: {setting}, organization: {{default: elsewhere}}" if "{" in usual else ""
    word = Word(
        "again",
        f"providers: {{acme: {{base_url: '{said}'}}}}",
        user_base=f"'{usual}'".replace("''", "'"),
        user_more=more,
    )
    machine.set_up(word, KINDS[0])
    is_known = has_default or "{" not in usual
    codes = {finding.code for finding in explain("acme/x").errors}
    assert ("untrusted-source" not in codes) == (HOSTS[usual][said] and is_known)


def test_project_that_takes_the_host_away_needs_trust(machine: Machine) -> None:
    word = Word("none", "providers: {acme: {settings: {base_url: {default: null, required: false}}}}")
    machine.set_up(word, KINDS[0])
    codes = {finding.code for finding in explain("acme/x").errors}
    assert "untrusted-source" in codes


@pytest.mark.parametrize("count", [1, 2, 3])
def test_all_that_would_be_sent_is_named_in_one_sentence(count: int, machine: Machine) -> None:
    names = ["ACME_KEY", "ACME_ORG", "ACME_TOKEN"][:count]
    user = [
        "api_key: {env: ACME_KEY}",
        "settings: {organization: {env: ACME_ORG}}",
        "headers: {X-A: {env: ACME_TOKEN}}",
    ]
    kind = Kind("several", "", ", ".join(user[:count]), env=dict.fromkeys(names, SECRET))
    machine.set_up(WORDS[0], kind)
    [finding] = explain("acme/x").errors
    said, _, rest = finding.message.partition(" yours, but models.yaml:2 came with a project and would send ")
    *listed, verb = said.replace(",", "").replace(" and ", " ").split()
    assert sorted(listed) == names
    assert (verb, rest.partition(" ")[0]) == (("is", "it") if count == 1 else ("are", "them"))
    assert said.count(" and ") == (count > 1)
    assert said.count(",") == max(0, count - 2)


@pytest.mark.parametrize("by", ["models", "dotenv"])
def test_credentials_file_of_a_project_is_named(
    by: str, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = {
        "models": "providers: {google: {qualifiers: {vertex: {settings: {credentials_file: ./theirs.json}}}}}",
        "dotenv": "GOOGLE_APPLICATION_CREDENTIALS=./theirs.json",
    }
    is_model = by == "models"
    word = Word("file", words[by]) if is_model else Word("file", dotenv=words[by])
    machine.set_up(word, KINDS[0])
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "p")
    messages = [one.message for one in explain("google/vertex/x").errors if one.code == "untrusted-source"]
    assert any(one.startswith("The file ") for one in messages), messages
