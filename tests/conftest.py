"""What every test gets: an empty environment, a home and a working directory of its own."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

pytest.register_assert_rewrite("modelcatalog.providers.testing.contract")

# Without these, child processes and temporary files fail.
_KEPT = ("PATH", "TMPDIR", "LANG", "SYSTEMROOT", "PYTEST_CURRENT_TEST")
_MACHINE = dict(os.environ)


@pytest.fixture(autouse=True)
def empty_environment(tmp_path: Path) -> Iterator[None]:
    """Nothing of the person's machine reaches a test: no key, no proxy, no catalog file of theirs.

    The product's subject is what is set and what isn't, and SDKs read variables by themselves: where
    OPENAI_API_KEY is set, a test of a missing key would pass or fail by chance, or send that key somewhere.
    Proxies are used for loopback addresses too, by every HTTP library in use here. So the environment starts
    empty, and the folders that `~` and platformdirs lead to lie below `tmp_path`, the working directory.
    """
    home = tmp_path / "home"
    home.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name in set(os.environ).difference(_KEPT):
            patch.delenv(name)
        for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
            patch.setenv(name, str(home))
        for name in ("CONFIG", "CACHE", "DATA", "STATE"):
            patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
        for name in ("XDG_CONFIG_DIRS", "XDG_DATA_DIRS", "XDG_RUNTIME_DIR"):
            patch.setenv(name, str(home / "machine"))
        patch.setenv("NO_PROXY", "127.0.0.1,localhost")
        patch.chdir(tmp_path)
        yield


@pytest.fixture(autouse=True)
def log_that_no_other_test_has_turned_off() -> None:
    """Whoever configures logging, as some packages do when they start, disables the loggers that are there."""
    logging.getLogger("modelcatalog").disabled = False
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="session")
def machine_environment() -> dict[str, str]:
    """The environment of the whole run. Only for installing packages: pip's settings may stand in it."""
    return {name: value for name, value in _MACHINE.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Tests for an environment of its own run only where they are asked for by their path."""
    asked = any("tests/environment" in argument for argument in config.args)
    return True if collection_path.name == "environment" and not asked else None


# What an environment with the SDK of openai alone can't run; the one with all of them does.
_WITHOUT_HTTPX = (
    "redaction_matrix/test_requests_and_answers.py",
    "redaction/test_exceptions_at_hand.py",
    "providers/test_keys_that_change.py",
)
_EVERY_SDK = (
    "tests/sessions/test_sessions.py",
    "tests/trust/test_words_and_secrets.py",
    "tests/cli/test_mistakes.py::test_constructor_that_refuses_an_argument_never_ends_in_a_traceback",
    "tests/resolver/test_objects_in_python.py::test_log_says_what_was_taken_and_no_secret",
    "tests/providers/test_stainless.py::test_an_http_client_has_what_it_was_given[True-httpx]",
    "tests/providers/test_stainless.py::test_an_http_client_has_what_it_was_given[False-httpx]",
    "tests/resolver/test_cloud_identities.py::test_check_tells_missing_credentials_from_broken_ones",
    "tests/resolver/test_misuse.py::test_what_is_the_sdks_is_found_at_the_client",
)
collect_ignore = [] if find_spec("httpx") else list(_WITHOUT_HTTPX)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # Workers that run tests side by side have to find the same ones.
    if odd := [item.nodeid for item in items if " at 0x" in item.nodeid]:
        raise pytest.UsageError(f"a test is named after an address in memory: {odd[0]}")
    if find_spec("groq"):
        return
    left_out = [item for item in items if item.nodeid.startswith(_EVERY_SDK)]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)
