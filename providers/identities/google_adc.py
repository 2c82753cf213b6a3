"""Google's Application Default Credentials, looked up when the first token is wanted and not before.

google-auth's own look-up reads files, may run `gcloud` and asks the address of a cloud machine's metadata, for seconds
where there is none: nothing that making a client should do.
"""

from __future__ import annotations

import warnings
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.providers.adapter.adapter import Ambient

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Connection

# Read in google/auth/_default.py of google-auth 2.62, whatever the credentials.
QUOTA = Ambient("GOOGLE_CLOUD_QUOTA_PROJECT", "would be the project that is billed where none is given")

_SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)


def default_credentials(connection: Connection) -> Any:
    """Credentials for Google Cloud: those of `credentials_file`, else the default ones of this machine.

    The project that is billed is `quota_project`, else the one in the file. Raises ValueError for `auth: none`.
    """
    if connection.auth == "none":
        raise ValueError(f"{connection.provider} is reached with a token of Google Cloud, never without one")
    settings = connection.settings
    ambient = None if "quota_project" in settings else connection.ambient.get(QUOTA.variable)
    return _kind()(settings.get("credentials_file"), settings.get("quota_project"), ambient)


# A class, made once the SDK can be imported.
@cache
def _kind() -> Any:
    """The class, made once google-auth is there to derive it from."""
    base = import_module("google.auth.credentials")

    class LateCredentials(base.Credentials):  # type: ignore[misc,name-defined]
        def __init__(self, file: str | None, quota_project: str | None, ambient: str | None) -> None:
            super().__init__()
            self._file = file
            self._asked = quota_project
            self._ambient = ambient
            self._real: Any = None
            self.token: str | None = None
            self._held: Secret | None = None

        def refresh(self, request: Any) -> None:
            if self._real is None:
                self._real = _look_up(self._file, self._asked)
            # A file may hold a token that is still good; asked for again, it isn't.
            if not self._real.valid or self._real.token == self.token:
                self._real.refresh(request)
            self.token, self.expiry = self._real.token, self._real.expiry
            # Known as a secret as long as it is in use, so that it is masked where a service echoes it.
            self._held = Secret(self.token or "")

        @property
        def quota_project_id(self) -> str | None:
            """Who pays: asked for, or named in the file, but not in a variable that nobody asked for."""
            found = self._asked or getattr(self._real, "quota_project_id", None)
            return None if found == self._ambient else found

        def apply(self, headers: Any, token: str | None = None) -> None:
            super().apply(headers, token)
            if self.quota_project_id:
                headers["x-goog-user-project"] = self.quota_project_id

    return LateCredentials


def _look_up(file: str | None, quota_project: str | None) -> Any:
    auth = import_module("google.auth")
    if file is None:
        return auth.default(scopes=_SCOPES, quota_project_id=quota_project)[0]
    with warnings.catch_warnings():
        # It warns that files of strangers may hold any address. This one is the user's own.
        warnings.simplefilter("ignore")
        return auth.load_credentials_from_file(file, scopes=_SCOPES, quota_project_id=quota_project)[0]
