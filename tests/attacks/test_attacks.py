"""Attacks: what a project's files try with the user's secrets, against a real server that would take them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from modelcatalog.catalog.diagnostics.errors import ModelCatalogError, UntrustedSourceError
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.resolver import explain, load_catalog, resolve

from support.trusting import trusted

SECRET = "users-own-secret-0123456789"


@dataclass(frozen=True)
class Attack:
    """A row of attacks.yaml."""

    name: str
    model: str
    models: str = ""
    user: str = ""
    dotenv: str = ""
    files: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, Any] = field(default_factory=dict)
    folder: str = ""
    outcome: str = "stopped"
    arrives: bool = True

    def __str__(self) -> str:
        return self.name

    @property
    def adapter(self) -> str:
        """The one that its file names, else that of the bundled provider, else the usual one."""
        if named := re.search(r"adapter: (\w+)", self.models):
            return named[1]
        return next((one.adapter for one in BUNDLED if self.model.startswith(f"{one.id}/")), "openai")


def is_here(adapter: str) -> bool:
    """Whether its SDK is in this environment. Another one has it, and tries what is left out here."""
    known = [load_adapter(adapter).PACKAGE, *load_adapter(adapter).FURTHER_PACKAGES]
    return all(package.installed for package in known)


BUNDLED = sorted(load_catalog(user=False, project=False).entries(), key=lambda one: -len(one.id))
ATTACKS = [
    Attack(**row) for row in yaml.safe_load(Path(__file__).with_name("attacks.yaml").read_text("utf-8"))
]
HERE = [attack for attack in ATTACKS if attack.outcome == "refused" or is_here(attack.adapter)]
SUCCEEDING = [attack for attack in HERE if attack.outcome == "stopped" and attack.arrives]


@pytest.fixture
def evil() -> Iterator[RecordingServer]:
    with RecordingServer() as running:
        yield running


@pytest.fixture
def good() -> Iterator[RecordingServer]:
    with RecordingServer() as running:
        yield running


class Stage:
    """The user's machine, with the project's files on it."""

    def __init__(self, folder: Path, evil: RecordingServer, good: RecordingServer) -> None:
        self._folder, self._evil, self._good = folder, evil, good

    def filled(self, text: str) -> str:
        host = self._evil.origin.partition("://")[2]
        known = {"EVIL": self._evil.url, "GOOD": self._good.url, "SECRET": SECRET, "HOST": host}
        for word in ("DATABASE_PASSWORD", "AWS_SECRET_ACCESS_KEY", "WORK_HOST", "AZURE_CLIENT_SECRET"):
            known = {word: word, **known}
        return re.sub("|".join(known), lambda match: known[match.group()], text)

    def given(self, value: Any) -> Any:
        """An argument: a text, or a map of texts."""
        if isinstance(value, dict):
            return {name: self.filled(text) for name, text in value.items()}
        return self.filled(value)

    def set_up(self, attack: Attack, patch: pytest.MonkeyPatch) -> Path:
        project = self._folder / attack.folder
        project.mkdir(exist_ok=True)
        texts = {**attack.files}
        if attack.models:
            texts[str(Path(attack.folder, "models.yaml"))] = f"catalog: 1\n{attack.models}\n"
        if attack.dotenv:
            texts[str(Path(attack.folder, ".env"))] = f"{attack.dotenv}\n"
        if attack.user:
            texts["home/config/modelcatalog/models.yaml"] = f"catalog: 1\n{attack.user}\n"
        for name, text in texts.items():
            path = self._folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.filled(text), encoding="utf-8")
        for name, target in attack.links.items():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            (project / name).symlink_to(self._folder / target)
        for variable, value in attack.env.items():
            patch.setenv(variable, self.filled(value))
        patch.chdir(project)
        return project

    def run(self, attack: Attack) -> ModelCatalogError | None:
        """Resolve and ask; the error of `resolve`, None when a client was built."""
        arguments = {name: self.given(value) for name, value in attack.arguments.items()}
        try:
            resolved = resolve(attack.model, sync=True, max_retries=0, timeout=5, **arguments)
        except ModelCatalogError as error:
            return error
        # Whatever the answer is: what arrived is all that counts.
        with resolved as model, suppress(Exception):
            model.chat("hi")
        return None


@pytest.fixture
def stage(tmp_path: Path, evil: RecordingServer, good: RecordingServer) -> Stage:
    return Stage(tmp_path, evil, good)


def arrived(server: RecordingServer) -> bool:
    return any(SECRET in request.everything for request in server.requests)


def test_there_are_many() -> None:
    assert len(ATTACKS) >= 25
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)


@pytest.mark.parametrize("attack", HERE, ids=str)
def test_secret_stays_at_home(
    attack: Attack, stage: Stage, evil: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.set_up(attack, monkeypatch)
    error = stage.run(attack)
    assert not arrived(evil)
    assert SECRET not in str(error) + repr(error)
    if attack.outcome == "harmless":
        assert error is None
    else:
        assert error is not None
        assert isinstance(error, UntrustedSourceError) == (attack.outcome == "stopped"), error


@pytest.mark.parametrize("attack", SUCCEEDING, ids=str)
def test_trust_lets_it_happen(
    attack: Attack, stage: Stage, evil: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same, after the user said so: what was stopped above is no dead runner, but the one that a secret takes."""
    project = stage.set_up(attack, monkeypatch)
    for name in ("models.yaml", ".env"):
        if (project / name).exists():
            trusted(project / name)
    assert stage.run(attack) is None
    assert arrived(evil)


NAMING: dict[str, dict[str, Any]] = {
    "an argument": {"arguments": {"base_url": "EVIL"}},
    "a variable": {"env": {"OPENAI_BASE_URL": "EVIL"}},
    "the user's own file": {"user": "providers: {openai: {base_url: EVIL}}"},
    "a file named by a variable": {
        "files": {"mine.yaml": "catalog: 1\nproviders: {openai: {base_url: EVIL}}"},
        "env": {"MODELCATALOG_FILES": "mine.yaml"},
    },
    "a folder of secrets, by its whole path": {
        "files": {"s/OPENAI_BASE_URL": "EVIL"},
        "env": {"MODELCATALOG_SECRETS_DIR": "FOLDER/s"},
    },
    "a file of variables, by its whole path": {
        "files": {"mine.env": "OPENAI_BASE_URL=EVIL\n"},
        "env": {"MODELCATALOG_ENV_FILE": "FOLDER/mine.env"},
    },
    "a variable, over a project that moves it": {
        "models": "providers: {openai: {base_url: 'https://evil.example/v1'}}",
        "env": {"OPENAI_BASE_URL": "EVIL"},
    },
}


@pytest.mark.parametrize("way", NAMING)
def test_host_that_the_user_names_gets_the_key(
    way: str, stage: Stage, evil: RecordingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = dict(NAMING[way])
    given["env"] = {
        name: value.replace("FOLDER", str(tmp_path)) for name, value in given.get("env", {}).items()
    }
    given["env"]["OPENAI_API_KEY"] = "SECRET"
    attack = Attack(way, "openai/x", **given)
    stage.set_up(attack, monkeypatch)
    assert stage.run(attack) is None
    assert arrived(evil)


LEGITIMATE: dict[str, dict[str, Any]] = {
    "a provider of the project's with a key in its .env": {
        "model": "mine/x",
        "models": "providers: {mine: {base_url: EVIL}}",
        "dotenv": "MINE_API_KEY=SECRET",
    },
    "a provider of the project's with a key as an argument": {
        "model": "mine/x",
        "models": "providers: {mine: {base_url: EVIL}}",
        "arguments": {"api_key": "SECRET"},
    },
    "key and host beside each other in .env": {
        "model": "openai/x",
        "dotenv": "OPENAI_API_KEY=SECRET\nOPENAI_BASE_URL=EVIL",
    },
    "key and host of a project's provider, both of the user's environment": {
        "model": "mine/x",
        "models": "providers: {mine: {base_url: 'https://llm.acme.dev/v1'}}",
        "env": {"MINE_API_KEY": "SECRET", "MINE_BASE_URL": "EVIL"},
    },
    "the user's host, while the project adds a header and an alias": {
        "model": "fast",
        "models": "providers: {openai: {headers: {X-Team: evals}}}\naliases: {fast: openai/x}",
        "env": {"OPENAI_API_KEY": "SECRET", "OPENAI_BASE_URL": "EVIL"},
    },
}


@pytest.mark.parametrize("case", LEGITIMATE)
def test_what_is_nobodys_trick_needs_no_trust(
    case: str, stage: Stage, evil: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = dict(LEGITIMATE[case])
    attack = Attack(case, **given)
    stage.set_up(attack, monkeypatch)
    assert stage.run(attack) is None
    assert arrived(evil)


@pytest.mark.parametrize(
    ("model", "models", "env"),
    [
        *(
            [("anthropic/bedrock/x", "", {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"})]
            if is_here("anthropic_bedrock")
            else []
        ),
        (
            "openai/x",
            "providers: {openai: {base_url: 'https://api.openai.com/v1/'}}",
            {"OPENAI_API_KEY": "k"},
        ),
        ("mine/x", "providers: {mine: {extends: openai}}", {"OPENAI_API_KEY": "k"}),
        ("ollama/x", "providers: {ollama: {base_url: 'http://gpu-box:11434/v1'}}", {}),
    ],
)
def test_project_that_leads_nothing_away_is_left_alone(
    model: str, models: str, env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("AWS_REGION=eu-central-1\n", encoding="utf-8")
    (tmp_path / "models.yaml").write_text(f"catalog: 1\n{models}\n", encoding="utf-8")
    for variable, value in env.items():
        monkeypatch.setenv(variable, value)
    assert not explain(model).errors


def test_file_that_changes_back_and_forth_is_judged_by_what_was_read(
    tmp_path: Path, evil: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Same length, same time stamp, same file: the cache and the trust go by the text."""
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    file = tmp_path / "models.yaml"
    harmless = f"catalog: 1\nproviders: {{openai: {{base_url: '{evil.url}'}}}} #"
    moved = harmless.replace("127.0.0.1", "127.0.0.2")
    file.write_text(harmless, encoding="utf-8")
    os.utime(file, (1_000_000_000, 1_000_000_000))
    trusted(file)
    assert explain("openai/x").url == evil.url
    with file.open("r+", encoding="utf-8") as opened:
        opened.write(moved)
    os.utime(file, (1_000_000_000, 1_000_000_000))
    with pytest.raises(UntrustedSourceError, match="has changed since you trusted it"):
        resolve("openai/x")
    file.write_text(harmless, encoding="utf-8")
    assert not explain("openai/x").errors


def test_file_that_is_swapped_between_look_and_read_is_cached_as_what_it_then_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from modelcatalog.catalog.loading.loader import Source, forget, load
    from modelcatalog.resolver.catalogs.discovery import open_cache

    file = tmp_path / "models.yaml"
    harmless, moved = (
        f"catalog: 1\nproviders: {{openai: {{base_url: 'https://{host}/v1'}}}}\n"
        for host in ("aaaa.dev", "evil.dev")
    )
    file.write_text(harmless, encoding="utf-8")
    trusted(file)
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)

    def swap(path: Path) -> str:
        path.write_text(moved, encoding="utf-8")
        return path.name

    catalog = load([Source("project", file, show=swap)], cache=open_cache)
    assert [finding.code for finding in explain("openai/x", catalog=catalog).errors] == ["untrusted-source"]
    forget()
    file.write_text(harmless, encoding="utf-8")
    assert explain("openai/x").url == "https://aaaa.dev/v1"
    assert not explain("openai/x").errors


def test_copy_in_another_folder_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    text = "catalog: 1\nproviders: {openai: {base_url: 'https://proxy.example/v1'}}\n"
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "models.yaml").write_text(text, encoding="utf-8")
    trusted(tmp_path / "one" / "models.yaml")
    monkeypatch.chdir(tmp_path / "one")
    assert not explain("openai/x").errors
    monkeypatch.chdir(tmp_path / "two")
    assert [finding.code for finding in explain("openai/x").errors] == ["untrusted-source"]


def test_records_that_others_can_write_are_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    file = tmp_path / "models.yaml"
    file.write_text(
        "catalog: 1\nproviders: {openai: {base_url: 'https://proxy.example/v1'}}\n", encoding="utf-8"
    )
    trusted(file)
    assert not explain("openai/x").errors
    folder = tmp_path / "home" / "config" / "modelcatalog" / "trusted"
    folder.chmod(0o777)
    assert [finding.code for finding in explain("openai/x").errors] == ["untrusted-source"]
