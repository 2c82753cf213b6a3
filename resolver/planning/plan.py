"""The plan: everything that a model name means here and now, and where each part of it came from. Pure data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeVar, overload

from modelcatalog.catalog.redaction.secret import Secret, redact

if TYPE_CHECKING:
    from modelcatalog.catalog.diagnostics.finding import Finding
    from modelcatalog.catalog.model.entries import Entry
    from modelcatalog.providers.adapter.packages import Package
    from modelcatalog.providers.identities.refreshable import Tokens
    from modelcatalog.resolver.credentials.cloud_identities import CloudIdentity
    from modelcatalog.resolver.credentials.values import PlannedArgument, SettingValue
    from modelcatalog.resolver.model_names import ModelRef
    from modelcatalog.resolver.resolved import ResolvedModel, SyncResolvedModel

Client = TypeVar("Client")


@dataclass(frozen=True, repr=False)
class Plan:
    """What a model name means on this machine. With `findings` of severity `error` no client is built.

    `url` is the base URL as the SDK gets it, None where the SDK needs none. `installed` is the version of the SDK
    here, None when it isn't installed; `further_packages` are those that the SDK needs too, each with its version
    here. `machine` says what there is here for a model that runs in this process. `not_passed_on`: variables that the
    SDK would have read by itself. `tokens` are the functions whose keys clients of this plan were given: they know
    which, for redaction.
    """

    ref: ModelRef
    entry: Entry
    model: str
    auth: str
    identity: CloudIdentity | None
    package: Package
    client: str
    installed: str | None
    url: str | None
    settings: Mapping[str, SettingValue]
    headers: Mapping[str, str | Secret]
    arguments: tuple[PlannedArgument, ...]
    findings: tuple[Finding, ...]
    not_passed_on: Mapping[str, str]
    machine: str | None = None
    further_packages: Mapping[str, str | None] = field(default_factory=dict)
    timeout: float | None = None
    max_retries: int | None = None
    http_client: Any = field(default=None, repr=False)
    tokens: list[Tokens] = field(default_factory=list, repr=False, compare=False)
    follow_redirects: bool = True

    def __repr__(self) -> str:
        return f"<Plan {self.ref}: {self.client}, {len(self.findings)} findings>"

    def __str__(self) -> str:
        """A table: every value with its source, then what was found. Holds no secret."""
        from modelcatalog.resolver.planning.text_table import text_table

        lines = [f"  {line}" for line in text_table(self._rows())]
        return redact(
            "\n".join([str(self.ref), *lines, *(f"  {note}" for note in self._notes())]), self.secrets
        )

    def _repr_html_(self) -> str:
        from modelcatalog.resolver.planning.text_table import html_table

        secrets = self.secrets
        rows = [[redact(cell, secrets) for cell in row] for row in self._rows()]
        return html_table(
            redact(str(self.ref), secrets), rows, [redact(note, secrets) for note in self._notes()]
        )

    def _rows(self) -> list[tuple[str, str, str]]:
        rows = [
            ("provider", self.entry.id, str(self.entry.position)),
            ("adapter", self.entry.adapter, self.versions),
            ("client", self.client, ""),
            ("model", self.model, ""),
            ("auth", self.auth, self.identity.source or "" if self.identity is not None else ""),
        ]
        for name, value in self.settings.items():
            shown = self.url if name == "base_url" and self.url else value.shown
            if value.is_set or value.required:
                rows.append((name, shown or "-", value.source))
        rows += [(name, str(value), "header") for name, value in self.headers.items()]
        rows += [
            (one.name, str(plain(one.value, one.name)), f"{one.source}, sent to {one.target}")
            for one in self.arguments
            if one.target != "setting"
        ]
        return rows

    def _notes(self) -> list[str]:
        return [f"{finding.severity}: {finding.text()}" for finding in self.findings]

    @overload
    def build(self, *, client_type: type[Client], sync: Literal[False] = False) -> ResolvedModel[Client]: ...
    @overload
    def build(self, *, client_type: type[Client], sync: Literal[True]) -> SyncResolvedModel[Client]: ...
    @overload
    def build(self, *, client_type: None = None, sync: Literal[False] = False) -> ResolvedModel[Any]: ...
    @overload
    def build(self, *, client_type: None = None, sync: Literal[True]) -> SyncResolvedModel[Any]: ...
    @overload
    def build(
        self, *, client_type: type[Any] | None = None, sync: bool
    ) -> ResolvedModel[Any] | SyncResolvedModel[Any]: ...
    def build(
        self, *, client_type: type[Any] | None = None, sync: bool = False
    ) -> ResolvedModel[Any] | SyncResolvedModel[Any]:
        """A new client of this plan, as `resolve` gives it for the name; a command for a key is run anew.

        Raises SetupError for the plan's errors, ClientTypeError, and UsageError for a plan that was made with
        sync=True where sync=True isn't said here.
        """
        # By its name: what builds stands above what plans, and plans are made without it.
        from importlib import import_module

        made: ResolvedModel[Any] | SyncResolvedModel[Any]
        made = import_module("modelcatalog.resolver.resolution").build_again(self, client_type, sync=sync)
        return made

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that keep a client from being built."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that must never be shown, for redaction of what others wrote."""
        named = [(name, value.value) for name, value in self.settings.items()]
        named += [*self.headers.items(), *((argument.name, argument.value) for argument in self.arguments)]
        found = [text for name, value in named for text in _secrets_in(value, name)]
        found += [key for tokens in self.tokens for key in tokens.seen]
        return tuple(dict.fromkeys(found))

    @property
    def versions(self) -> str:
        """What is installed of the SDK and of what it needs: `transformers 5.24.0, torch 2.13.0`."""
        all_of_it = {self.package.distribution: self.installed, **self.further_packages}
        return ", ".join(f"{name} {version or 'not installed'}" for name, version in all_of_it.items())

    def __reduce__(self) -> NoReturn:
        raise TypeError("a plan holds secrets: make it again from the model's name, or pickle to_json()")

    def guarded(self) -> Plan:
        """The plan with its secrets redacted in what the findings say: an address in them may hold one."""
        secrets = self.secrets if self.findings else ()  # else no key need be a text here
        if not secrets:
            return self

        def clean(finding: Finding) -> Finding:
            hint = None if finding.hint is None else redact(finding.hint, secrets)
            return replace(finding, message=redact(finding.message, secrets), hint=hint)

        return replace(self, findings=tuple(map(clean, self.findings)))

    def to_json(self) -> dict[str, Any]:
        """The plan as `catalog explain --json` prints it. Holds no secret."""
        whole: dict[str, Any] = _redacted(self._fields(), self.secrets)
        return whole

    def _fields(self) -> dict[str, Any]:
        return {
            "model": str(self.ref),
            "requested": self.ref.requested,
            "provider": self.entry.provider,
            "qualifier": self.entry.qualifier,
            "model_id": self.model,
            "status": self.entry.status,
            "position": str(self.entry.position),
            "adapter": self.entry.adapter,
            "client": self.client,
            "package": {
                "distribution": self.package.distribution,
                "installed": self.installed,
                "minimum": self.package.minimum,
                "extra": self.package.extra,
                "further": dict(self.further_packages),
            },
            "auth": self.auth,
            "identity": self.identity.source if self.identity is not None else None,
            "base_url": self.url,
            "machine": self.machine,
            "settings": {name: _setting_json(value) for name, value in self.settings.items()},
            "headers": {name: str(value) for name, value in self.headers.items()},
            "arguments": [
                {"name": a.name, "value": plain(a.value, a.name), "to": a.target, "source": a.source}
                for a in self.arguments
            ],
            "not_passed_on": dict(self.not_passed_on),
            "findings": [finding.to_json() for finding in self.findings],
            "ready": not self.errors,
        }


def _secrets_in(value: Any, name: str) -> Iterator[str]:
    """Every Secret in a value, and every text in it that has a name of one."""
    if isinstance(value, Secret):
        yield value.reveal()
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _secrets_in(item, str(key))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _secrets_in(item, name)
    elif isinstance(value, str):
        from modelcatalog.catalog.redaction.secret_names import users_in

        if _means_a_secret(name):
            yield value
        yield from users_in(value)


def _means_a_secret(name: str) -> bool:
    """Whether a text of this name must not be shown. The path of a file of credentials may: it says what is wrong."""
    from modelcatalog.catalog.redaction.secret_names import is_secret_name
    from modelcatalog.resolver.trust.hosts import names_file

    return is_secret_name(name) and not names_file(name)


def _redacted(value: Any, secrets: tuple[str, ...]) -> Any:
    if isinstance(value, str):
        return redact(value, secrets)
    if isinstance(value, dict):
        return {key: _redacted(item, secrets) for key, item in value.items()}
    return [_redacted(item, secrets) for item in value] if isinstance(value, list) else value


def plain(value: Any, name: str = "") -> Any:
    """The value as JSON can hold it: secrets redacted, by their name too, and objects by their type's name."""
    if isinstance(value, Mapping):
        return {str(key): plain(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, name) for item in value]
    if isinstance(value, str) and _means_a_secret(name):
        return str(Secret(value))
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    return str(value) if isinstance(value, Secret) else f"<{type(value).__name__}>"


def _setting_json(value: SettingValue) -> dict[str, Any]:
    return {
        "value": value.shown if isinstance(value.value, Secret) else plain(value.value),
        "secret": isinstance(value.value, Secret) or value.name == "api_key",
        "source": value.source,
        "kind": value.kind,
        "required": value.required,
        "looked_for": [
            {
                "variable": looked.variable,
                "state": looked.state,
                "where": looked.where,
                "legacy": looked.legacy,
            }
            for looked in value.looked
        ],
    }
