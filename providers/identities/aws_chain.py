"""The AWS chain, asked with the first request: it may ask the metadata address, and building a client asks nobody."""

from __future__ import annotations

from threading import Lock
from typing import Any


class LateCredentials:
    """Stands for botocore's `credential_provider`, and for the credentials that it gives.

    boto3 asks the chain as soon as a client is built. aioboto3 does as its client is opened, which is late enough.
    """

    # How they were found, which botocore asks for early.
    method = "late"

    def __init__(self, chain: Any) -> None:
        self._chain = chain
        self._found: Any = None
        self._finding = Lock()

    def load_credentials(self) -> LateCredentials:
        """Themselves: nothing is loaded yet."""
        return self

    def get_frozen_credentials(self) -> Any:
        """The credentials of this moment, with which a request is signed. Raises NoCredentialsError."""
        return self._real().get_frozen_credentials()

    def get_deferred_property(self, name: str) -> Any:
        """A function that gives a property, which botocore may ask when it makes an address."""
        return lambda: getattr(self._real(), name, None)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._real(), name)

    def _real(self) -> Any:
        with self._finding:
            if self._found is None:
                self._found = self._chain.load_credentials()
            if self._found is None:
                from importlib import import_module

                raise import_module("botocore.exceptions").NoCredentialsError
            return self._found
