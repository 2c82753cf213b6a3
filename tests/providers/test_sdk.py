"""Versions and imports of SDKs, and the shared TLS context."""

from __future__ import annotations

import gc
import ssl
from pathlib import Path

import pytest

from modelcatalog.providers.adapter.packages import Package, Resting, import_sdk, installed_version, is_old
from modelcatalog.providers.http.tls import shared_context


@pytest.mark.parametrize(
    ("installed", "minimum", "old"),
    [
        ("3.54.0", "3.50", False),
        ("3.50", "3.50.0", False),
        ("3.9.1", "3.50", True),
        ("10.0", "9.9", False),
        ("1.0.0b9", "1.0.0b9", False),
        ("1.0.0b8", "1.0.0b9", True),
        ("1.0.0b10", "1.0.0b9", False),
        ("1.0.0rc1", "1.0.0", True),
        ("1.0.0.dev3", "1.0.0a1", True),
        ("1.0.0.post1", "1.0.0", False),
        ("2.13.0+cpu", "2.13.0", False),
        ("unknown", "1.0", False),
    ],
)
def test_versions_are_compared_by_their_numbers(installed: str, minimum: str, old: bool) -> None:
    assert is_old(installed, minimum) is old


# In the order in which they come out; one spelling of a stage is as good as another.
RELEASED = (
    "0.9 1.0.dev1 1.0.dev2 1.0a1 1.0alpha2 1.0a10 1.0b1 1.0-beta.2 1.0c1 1.0_rc2 1.0pre3 1.0preview4 1.0 1.0.1 1.1a1 "
    "1.10 v2.0"
).split()


@pytest.mark.parametrize("installed", RELEASED)
def test_each_version_is_older_than_those_after_it(installed: str) -> None:
    at = RELEASED.index(installed)
    assert [is_old(installed, other) for other in RELEASED] == [at < n for n in range(len(RELEASED))]
    assert not is_old(installed.upper(), installed)
    assert not is_old(f" {installed} ", installed)


def test_the_version_of_what_is_not_installed_is_none() -> None:
    assert installed_version("modelcatalog-nothing-of-this-name") is None


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_as_it_was_after_an_import(enabled: bool) -> None:
    before = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        with pytest.raises(ModuleNotFoundError):
            import_sdk(Package("x", "modelcatalog_nothing_of_this_name", "1", "x"))
        assert gc.isenabled() is enabled
        with Resting():
            assert not gc.isenabled()
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()


def made() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def made_otherwise() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def test_a_factory_gives_one_context() -> None:
    assert shared_context(made) is shared_context(made)
    assert shared_context(made) is not shared_context(made_otherwise)


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_other_roots_give_another_context(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    roots = tmp_path / "roots"
    roots.mkdir()
    usual = shared_context(made)
    monkeypatch.setenv(variable, str(roots))
    named = shared_context(made)
    os.utime(roots, ns=(1, 1))
    touched = shared_context(made)
    assert len({id(usual), id(named), id(touched)}) == 3
    assert shared_context(made) is touched
