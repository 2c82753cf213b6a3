"""Files of variables that aren't read: which are looked at, up to where, and what is said of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcatalog.resolver import Environment
from modelcatalog.resolver.checking.dotenv_files import stray_files, unreadable

NAMES = [
    ".env.local",
    ".env.development",
    ".env.dev",
    ".env.production",
    ".env.secrets",
    ".envrc",
    "env",
]
MOST = 1 << 20


def strays() -> list[tuple[str, dict[str, int]]]:
    return [(one.shown, dict(one.variables)) for one in stray_files(Environment.current())]


@pytest.mark.parametrize("name", NAMES)
def test_file_of_each_usual_name_is_found_with_the_lines_of_its_variables(tmp_path: Path, name: str) -> None:
    text = "# mine\nACME=\nexport ACME_API_KEY=x\nACME_API_KEY=y\n BLANK = ' '\nOTHER = $HOME\n"
    (tmp_path / name).write_text(text, "utf-8")
    # Of a doubled name, the last one counts.
    assert strays() == [(name, {"ACME_API_KEY": 4, "OTHER": 6})]
    assert stray_files(Environment({})) == []


def test_file_without_values_or_of_another_kind_is_none(tmp_path: Path) -> None:
    (tmp_path / ".env.dev").write_text("A=\n", "utf-8")
    (tmp_path / ".env.local").write_bytes(b"A=\xff\n")
    (tmp_path / "env").mkdir()
    assert strays() == []


@pytest.mark.parametrize(("size", "found"), [(MOST, [(".envrc", {"A": 1})]), (MOST + 1, [])])
def test_large_file_is_not_looked_at(
    tmp_path: Path, size: int, found: list[tuple[str, dict[str, int]]]
) -> None:
    (tmp_path / ".envrc").write_text("A=1\n#".ljust(size, "x"), "utf-8")
    assert strays() == found


@pytest.mark.parametrize("depth", [0, 1, 11, 12])
def test_folders_above_are_looked_at_up_to_the_twelfth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, depth: int
) -> None:
    (tmp_path / ".envrc").write_text("A=1\n", "utf-8")
    folder = tmp_path.joinpath(*["d"] * depth)
    folder.mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(folder)
    assert strays() == ([("../" * depth + ".envrc", {"A": 1})] if depth < 12 else [])


def test_top_of_the_repository_and_the_home_folder_end_the_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".envrc").write_text("A=1\n", "utf-8")
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    for inner in ("home", "repository"):
        (tmp_path / inner / "below").mkdir()
        (tmp_path / inner / ".envrc").write_text("B=1\n", "utf-8")
        monkeypatch.chdir(tmp_path / inner / "below")
        assert strays() == [("../.envrc", {"B": 1})]


def test_file_that_is_read_is_no_stray_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".envrc").write_text("A=1\n", "utf-8")
    monkeypatch.setenv("MODELCATALOG_ENV_FILE", ".envrc")
    assert strays() == []
    monkeypatch.setenv("MODELCATALOG_ENV_FILE", "nosuch")
    assert strays() == [(".envrc", {"A": 1})]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "is not found"),
        (b"", "is not a file"),
        (b"A=\xff", "isn't UTF-8"),
        (b"#".ljust(MOST + 1), "is larger than 1 MB"),
        (b"#".ljust(MOST), None),
    ],
    ids=["missing", "folder", "bytes", "large", "just right"],
)
def test_named_file_that_can_not_be_read_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, said: str | None
) -> None:
    monkeypatch.setenv("MODELCATALOG_ENV_FILE", "mine.env")
    if content == b"":
        (tmp_path / "mine.env").mkdir()
    elif content is not None:
        (tmp_path / "mine.env").write_bytes(content)
    found = [(one.code, one.severity, one.message, one.hint) for one in unreadable(Environment.current())]
    hint = "Correct MODELCATALOG_ENV_FILE, or: unset MODELCATALOG_ENV_FILE"
    message = f"mine.env {said}: nothing of it is used."
    assert found == ([] if said is None else [("unread-file", "warning", message, hint)])


def test_folder_of_secrets_that_is_none_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELCATALOG_SECRETS_DIR", "secrets")
    [found] = unreadable(Environment.current())
    assert found.message == "secrets, named by MODELCATALOG_SECRETS_DIR, is not a folder: it isn't read."
    assert found.hint == "Correct MODELCATALOG_SECRETS_DIR, or: unset MODELCATALOG_SECRETS_DIR"
    (tmp_path / "secrets").mkdir()
    assert unreadable(Environment.current()) == []
