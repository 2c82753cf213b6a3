"""Every error that modelcatalog raises.

ModelCatalogError
  CatalogError                  the data is wrong: holds every Problem, with file, line, column and hint
  CatalogFileError              a catalog file can't be written
  ModelNameError                the name can't be read
    MalformedModelError           no provider, no model, or nothing at all
    UnknownProviderError
    UnknownQualifierError
  SetupError                    something is missing or unusable on this machine: holds every Finding
    MissingCredentialError        a secret has no value
    InvalidCredentialError        a secret has a value that no request could carry
    MissingSettingError           a base URL, region, project, ... has no value
    InvalidSettingError           it has a value that can't be right
    InvalidBaseUrlError
      PlainHttpError              a secret would go over plain http to a public host
    MissingPackageError           the SDK isn't installed
    OldPackageError               the SDK is older than the adapter needs
    UntrustedSourceError          a project's file would send a secret of yours to a host of its own
  ArgumentError                 an argument that nothing takes, or whose value can't be read
    UnknownArgumentError
  ProviderCallError             a call of `chat` or `probe` failed at the provider
  ClientTypeError               the client isn't of the `client_type` that the caller named
  UsageError                    code that can't work, such as `with` for `async with`: the text has what to write
    MissingAttributeError

A SetupError that holds findings of several kinds is an instance of each kind's class, so that a caller who catches
one of them never misses it because something else is missing too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcatalog.catalog.diagnostics.finding import Finding
    from modelcatalog.catalog.diagnostics.problem import Problem


class ModelCatalogError(Exception):
    """Base of all errors of this package. Its text is meant to be read by the person at the keyboard: `message`, and
    `hint`, which says what to do about it (None where nothing is known).
    """

    def __init__(self, *args: object, hint: str | None = None) -> None:
        super().__init__(*args)
        self.hint = hint

    @property
    def message(self) -> str:
        """The text without the hint."""
        return super().__str__()

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}\nhint: {self.hint}"


class CatalogError(ModelCatalogError):
    """Catalog files can't be used. `problems` holds every one that was found, in the order of the files."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class CatalogFileError(ModelCatalogError):
    """A catalog file can't be written. It is as it was before."""


class ModelNameError(ModelCatalogError):
    """A model name can't be resolved. `name` is the name as it was given, `suggestions` what may have been meant."""

    def __init__(
        self, message: str, *, name: str, suggestions: Sequence[str] = (), hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.name = name
        self.suggestions = tuple(suggestions)


class MalformedModelError(ModelNameError):
    """The name has no provider or no model."""


class UnknownProviderError(ModelNameError):
    """No catalog file has this provider. `provider` is the part of the name that was looked for."""

    def __init__(
        self,
        message: str,
        *,
        name: str,
        provider: str,
        suggestions: Sequence[str] = (),
        hint: str | None = None,
    ) -> None:
        super().__init__(message, name=name, suggestions=suggestions, hint=hint)
        self.provider = provider


class UnknownQualifierError(ModelNameError):
    """A part of the name is so close to a qualifier that taking it for a model would be a guess."""

    def __init__(
        self,
        message: str,
        *,
        name: str,
        provider: str,
        qualifier: str,
        suggestions: Sequence[str] = (),
        hint: str | None = None,
    ) -> None:
        super().__init__(message, name=name, suggestions=suggestions, hint=hint)
        self.provider = provider
        self.qualifier = qualifier


class SetupError(ModelCatalogError):
    """Something that the model needs is missing or wrong here. `findings` holds all of it, not just the first."""

    def __init__(self, model: str, findings: Sequence[Finding]) -> None:
        self.model = model
        self.findings: tuple[Finding, ...] = tuple(findings)
        super().__init__(model, self.findings)

    @property
    def message(self) -> str:
        """What is missing, in one sentence."""
        if len(self.findings) == 1:
            return self.findings[0].message
        return f"{self.model} can't be used yet, {len(self.findings)} things are missing or wrong"

    def __str__(self) -> str:
        if len(self.findings) == 1:
            return _with_hint(self.findings[0], "")
        lines = [f"{self.message}:"]
        lines += [f"- {_with_hint(finding, '  ')}" for finding in self.findings]
        return "\n".join(lines)


def _with_hint(finding: Finding, indent: str) -> str:
    return finding.message if finding.hint is None else f"{finding.message}\n{indent}hint: {finding.hint}"


class MissingCredentialError(SetupError):
    """A secret that the provider requires has no value anywhere."""


class InvalidCredentialError(SetupError):
    """A secret has a value that no request could carry: blank, quoted, with a line break or a blank inside."""


class MissingSettingError(SetupError):
    """A required setting that is no secret (base URL, region, project) has no value."""


class InvalidSettingError(SetupError):
    """A setting has a value that can't be right."""


class InvalidBaseUrlError(InvalidSettingError):
    """A base URL that can't work: no scheme, a query string, a path that the SDK would double."""


class PlainHttpError(InvalidBaseUrlError):
    """A secret would go over plain http to a host that isn't on this machine or at a private address."""


class MissingPackageError(SetupError):
    """The provider's SDK isn't installed."""


class OldPackageError(SetupError):
    """The provider's SDK is installed, but older than the adapter needs."""


class UntrustedSourceError(SetupError):
    """A file that came with a project would send a secret of the user's to a host that the user never named."""


_KINDS: dict[str, type[SetupError]] = {
    "missing-credential": MissingCredentialError,
    "invalid-credential": InvalidCredentialError,
    "missing-setting": MissingSettingError,
    "invalid-setting": InvalidSettingError,
    "invalid-base-url": InvalidBaseUrlError,
    "missing-package": MissingPackageError,
    "old-package": OldPackageError,
    "untrusted-source": UntrustedSourceError,
    "missing-folder": InvalidSettingError,
    "no-weights": InvalidSettingError,
    "plain-http": PlainHttpError,
    "failed-command": MissingCredentialError,
    "foreign-key": InvalidCredentialError,
    "placeholder-value": InvalidCredentialError,
}


def error_class(code: str) -> type[SetupError] | None:
    """The class that an error with a finding of this code is an instance of; None: no class of its own."""
    return _KINDS.get(code)


def setup_error(model: str, findings: Sequence[Finding]) -> SetupError:
    """The error for these findings: an instance of the class of each kind among them."""
    kinds = list(dict.fromkeys(_KINDS.get(finding.code, SetupError) for finding in findings))
    kinds = [
        kind for kind in kinds if not any(other is not kind and issubclass(other, kind) for other in kinds)
    ]
    if len(kinds) == 1:
        return kinds[0](model, findings)
    combined = type("SetupError", tuple(kinds), {"__module__": __name__, "__qualname__": "SetupError"})
    error: SetupError = combined(model, findings)
    return error


class ArgumentError(ModelCatalogError):
    """An argument can't be used. `argument` is its name, `suggestions` the nearest names that are taken."""

    def __init__(
        self, message: str, *, argument: str, suggestions: Sequence[str] = (), hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.argument = argument
        self.suggestions = tuple(suggestions)


class UnknownArgumentError(ArgumentError):
    """Neither the catalog entry nor the SDK takes an argument of this name."""


class ClientTypeError(ModelCatalogError, TypeError):
    """The adapter builds a client of another class than the caller asked for."""


class UsageError(ModelCatalogError, TypeError):
    """What was written can't work (`with` for `async with`, an answer that isn't awaited). The text has what can."""


class MissingAttributeError(UsageError, AttributeError):
    """A resolved model has no such attribute; the SDK's own are those of its `client`."""


class ProviderCallError(ModelCatalogError):
    """A call failed at the provider or on the way to it.

    `step` is where: local, proxy, dns, connect, tls, http, auth, path, model, quota, request, server, answer or
    timeout. `status` is the HTTP status and `url` the address that was called, each None when the call never came that
    far. The SDK's own exception is the `__cause__`.
    """

    def __init__(
        self,
        message: str,
        *,
        step: str,
        status: int | None = None,
        url: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.step = step
        self.status = status
        self.url = url
