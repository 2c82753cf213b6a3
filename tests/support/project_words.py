"""What a project's text can say of a provider of the user's own file, and what of the user's it could so be sent.

The user's file defines `acme`, at a host of the user's. Each word moves it, or names something of the user's, in a way
of its own; each secret comes from another source. Every pair of the two is a case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from support.trusting import trusted

SECRET = "users-own-secret-0123456789"


@dataclass(frozen=True)
class Kind:
    """A source of a secret. `user` and `naming` are keys of `acme` in the user's file, and of a new provider in the
    project's that wants the same secret; `reported` is how an error names it.
    """

    name: str
    reported: str
    user: str = ""
    naming: str = ""
    env: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, Any] = field(default_factory=dict)
    dotenv: str = ""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Word:
    """A way in which a project's file could get at it. EVIL, GOOD, HOST and MINE (what a new provider says to get the
    secret) are filled in. `evil`: to the project's host, else to the user's.
    """

    name: str
    models: str = ""
    dotenv: str = ""
    model: str = "acme/x"
    user_base: str = "GOOD"
    user_more: str = ""
    user_top: str = ""
    evil: bool = True
    position: str = "models.yaml:2"

    def __str__(self) -> str:
        return self.name


SOURCES: dict[str, dict[str, Any]] = {
    "variable": {"env": {"NAME": SECRET}},
    "file of variables, by its whole path": {
        "env": {"MODELCATALOG_ENV_FILE": "FOLDER/mine.env"},
        "files": {"mine.env": f"NAME={SECRET}\n"},
    },
    "folder of secrets": {
        "env": {"MODELCATALOG_SECRETS_DIR": "FOLDER/secrets"},
        "files": {"secrets/NAME": SECRET},
    },
    ".env of the project": {"dotenv": f"NAME={SECRET}"},
}
"""Where a variable has its value."""

_USES = {
    "key": ("ACME_KEY", "api_key: {env: ACME_KEY}"),
    "header": ("ACME_TOKEN", "api_key: none, headers: {X-Team: {env: ACME_TOKEN}}"),
    "setting that is no secret": ("ACME_ORG", "api_key: none, settings: {organization: {env: ACME_ORG}}"),
    "other name of a key": ("OLD_KEY", "api_key: {env: ACME_KEY, also: OLD_KEY}"),
}


def from_variable(use: str, source: str, variable: str, text: str) -> Kind:
    """A value that is taken from this variable, as `text` says, and stands in this source."""

    def named(given: Any) -> Any:
        if isinstance(given, dict):
            return {key.replace("NAME", variable): named(value) for key, value in given.items()}
        return given.replace("NAME", variable)

    return Kind(f"{use}, {source}", variable, text, text, **named(SOURCES[source]))


KINDS = [
    *(
        from_variable(use, source, variable, text)
        for use, (variable, text) in _USES.items()
        for source in SOURCES
    ),
    Kind("argument", "The api_key argument", "api_key: {env: ACME_KEY}", arguments={"api_key": SECRET}),
    Kind(
        "function", "The api_key argument", "api_key: {env: ACME_KEY}", arguments={"api_key": lambda: SECRET}
    ),
    Kind(
        "header as an argument",
        "The headers argument",
        "api_key: none",
        "api_key: none",
        arguments={"headers": {"X-Api-Key": SECRET}},
    ),
    Kind(
        "header of the SDK as an argument",
        "The default_headers argument",
        "api_key: none",
        "api_key: none",
        arguments={"default_headers": {"X-Token": SECRET}},
    ),
    Kind("command", "The output of your command", f"api_key: {{command: [printf, {SECRET}]}}"),
]
WORDS = [
    Word("base_url", "providers: {acme: {base_url: EVIL}}"),
    Word("base_url in the long form", "providers: {acme: {settings: {base_url: {default: EVIL}}}}"),
    Word("endpoint", "providers: {acme: {endpoint: EVIL}}"),
    Word("base_url from a variable", "providers: {acme: {base_url: {env: USERS_HOOK, default: null}}}"),
    Word("new qualifier", "providers: {acme: {qualifiers: {eu: {base_url: EVIL, MINE}}}}", model="acme/eu/x"),
    Word(
        "patch of a qualifier",
        "providers: {acme: {qualifiers: {us: {base_url: EVIL}}}}",
        model="acme/us/x",
        user_more="qualifiers: {us: {description: mine}}",
    ),
    Word(
        "endpoint of a qualifier",
        "providers: {acme: {qualifiers: {eu: {endpoint: EVIL}}}}",
        model="acme/eu/x",
    ),
    Word("extends with a host", "providers: {mine: {extends: acme, base_url: EVIL, MINE}}", model="mine/x"),
    Word("extends with an endpoint", "providers: {mine: {extends: acme, endpoint: EVIL}}", model="mine/x"),
    Word(
        "chain of extends",
        "providers: {a: {extends: acme}, mine: {extends: a, endpoint: EVIL}}",
        model="mine/x",
    ),
    Word("new provider", "providers: {mine: {base_url: EVIL, MINE}}", model="mine/x"),
    Word("alias of a model", "providers: {acme: {base_url: EVIL}}\naliases: {fast: acme/x}", model="fast"),
    Word(
        "alias of the user's, taken over",
        "providers: {mine: {base_url: EVIL, MINE}}\naliases: {fast: mine/x}",
        model="fast",
        user_top="aliases: {fast: acme/x}",
    ),
    Word(
        "alias of the user's provider, taken over",
        "providers: {mine: {base_url: EVIL, aliases: [ac], MINE}}",
        model="ac/x",
        user_more="aliases: [ac]",
    ),
    Word(
        "setting of a template",
        "providers: {acme: {settings: {gateway: {default: 127.0.0.1}}}}",
        user_base="'http://{gateway}:PORT/v1'",
        user_more="SETTINGS gateway: {default: 127.0.0.2, env: ACME_GATEWAY}",
    ),
    Word(
        "setting of a template, in .env",
        dotenv="ACME_GATEWAY=127.0.0.1",
        position=".env:1",
        user_base="'http://{gateway}:PORT/v1'",
        user_more="SETTINGS gateway: {default: 127.0.0.2, env: ACME_GATEWAY}",
    ),
    Word("base URL in .env", dotenv="ACME_BASE_URL=EVIL", position=".env:1"),
    Word("Host header", "providers: {acme: {headers: {Host: evil.example}}}", evil=False),
    Word("adapter", "providers: {acme: {adapter: groq}}", evil=False),
]
CLOUDS = [
    Kind(
        "credentials of AWS",
        "The aws identity of this machine",
        "adapter: bedrock, auth: aws, args: session.client, settings: {region: {default: us-east-1}}",
        "adapter: bedrock, auth: aws, args: session.client, settings: {region: {default: us-east-1}}",
        {"AWS_ACCESS_KEY_ID": SECRET, "AWS_SECRET_ACCESS_KEY": "s"},
    ),
    Kind(
        "credentials of Google",
        "The google identity of this machine",
        "adapter: anthropic_vertex, auth: google, settings: {project: {default: p}, region: {default: us-east5}}",
        "adapter: anthropic_vertex, auth: google, settings: {project: {default: p}, region: {default: us-east5}}",
        {"GOOGLE_APPLICATION_CREDENTIALS": "FOLDER/home/google.json"},
        {"home/google.json": '{"type": "authorized_user", "client_id": "c", "client_secret": "s"}'},
    ),
    Kind(
        "credentials of Entra ID",
        "The entra identity of this machine",
        "adapter: openai_azure, auth: entra, settings: {api_version: {default: '1'}}",
        "adapter: openai_azure, auth: entra, settings: {api_version: {default: '1'}}",
        {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_CLIENT_SECRET": SECRET},
    ),
    Kind(
        "credentials of Google, in place of a key",
        "The google identity of this machine",
        "auth: google",
        "auth: google",
        {"GOOGLE_APPLICATION_CREDENTIALS": "FOLDER/home/google.json"},
        {"home/google.json": '{"type": "authorized_user", "client_id": "c", "client_secret": "s"}'},
    ),
]

CHOICES = [
    *(
        Word(
            name,
            f"providers: {{acme: {{api_key: {text}}}}}",
            user_more="api_key: {env: ACME_KEY}",
            evil=False,
        )
        for name, text in (
            ("key", "{env: DEPLOY_TOKEN}"),
            ("second variable of a key", "{env: [ACME_KEY, DEPLOY_TOKEN]}"),
            ("other name of a key", "{also: DEPLOY_TOKEN}"),
        )
    ),
    *(
        Word(name, f"providers: {{acme: {{{text}}}}}", user_more="api_key: none", evil=False)
        for name, text in (
            ("header", "headers: {X-Team: {env: DEPLOY_TOKEN}}"),
            ("second variable of a header", "headers: {X-Own: {env: [ACME_OWN, DEPLOY_TOKEN]}}"),
            ("setting", "settings: {organization: {env: DEPLOY_TOKEN}}"),
            ("other name of a setting", "settings: {project: {also: DEPLOY_TOKEN}}"),
        )
    ),
]
"""Words that name a variable of the user's, for the user's own host."""


class Machine:
    """The user's files and variables, and the project's files in a folder of their own."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, good: str, evil: str) -> None:
        self._folder, self._patch = folder, patch
        host, _, port = evil.partition("://")[2].partition("/")[0].partition(":")
        self._known = {"EVIL": evil, "GOOD": good, "HOST": host, "PORT": port, "FOLDER": str(folder)}
        self.project = folder / "project"
        self.project.mkdir()

    def filled(self, text: str, **more: str) -> str:
        for name, value in {**more, **self._known}.items():
            text = text.replace(name, value)
        return text

    def set_up(self, word: Word, kind: Kind) -> None:
        own = _united(f"base_url: {word.user_base}", kind.user, word.user_more)
        user = f"catalog: 1\nproviders: {{acme: {{{own}}}}}\n{word.user_top}\n"
        self._write("home/config/modelcatalog/models.yaml", self.filled(user))
        if word.models:
            mine = kind.naming or "api_key: {env: MINE_KEY}"
            self._write("project/models.yaml", self.filled(f"catalog: 1\n{word.models}\n", MINE=mine))
        dotenv = "\n".join(filter(None, (kind.dotenv, word.dotenv)))
        if dotenv:
            self._write("project/.env", self.filled(f"{dotenv}\n"))
        for name, text in kind.files.items():
            self._write(name, text)
        self._patch.setenv("USERS_HOOK", self._known["EVIL"])
        for variable, value in kind.env.items():
            self._patch.setenv(variable, self.filled(value))
        self._patch.chdir(self.project)

    def trust(self) -> None:
        for name in ("models.yaml", ".env"):
            if (self.project / name).exists():
                trusted(self.project / name)

    def _write(self, name: str, text: str) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _united(*parts: str) -> str:
    """Keys of one map, whose `settings` may stand in two of them."""
    whole = ", ".join(part for part in parts if part and not part.startswith("SETTINGS "))
    more = ", ".join(part.removeprefix("SETTINGS ") for part in parts if part.startswith("SETTINGS "))
    if not more:
        return whole
    if "settings: {" in whole:
        return whole.replace("settings: {", f"settings: {{{more}, ", 1)
    return f"{whole}, settings: {{{more}}}"
