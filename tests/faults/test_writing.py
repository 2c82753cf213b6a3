"""Writing that is interrupted, crowded, or has no room: nothing is lost, and no half file is seen."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from modelcatalog.catalog.editing.atomic_write import locked, replace
from modelcatalog.resolver import load_catalog

from support.command import Catalog
from support.killing import HEAD, Child, Killer, adding

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="takes privileges from itself")
needs_posix = pytest.mark.skipif(os.name != "posix", reason="forks and kills")


@needs_posix
def test_killed_writers_lose_nothing(tmp_path: Path) -> None:
    killer = Killer(tmp_path, seed=5)
    killer.race(processes=4, entries=3)
    # On a busy machine, more of them end before the signal comes.
    for _ in range(60):
        killer.kill_add()
        killer.kill_cache()
        if killer.killed > 15:
            break
    assert killer.killed > 15
    assert killer.confirmed


@needs_posix
def test_what_a_killed_writer_left_is_swept_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "models.yaml"
    path.write_text(HEAD)
    (tmp_path / ".models.yaml.4711.new").write_text("catal")
    (tmp_path / ".models.yaml.bak").write_text("mine")
    Child(adding(path, ["p1"])).end()
    assert "  p1:" in path.read_text()
    assert {name for name in os.listdir(tmp_path) if name != "home"} == {"models.yaml", ".models.yaml.bak"}


@needs_posix
def test_many_commands_at_once_all_have_their_entry() -> None:
    command = [str(Path(sys.executable).with_name("catalog")), "add"]
    running = [
        subprocess.Popen([*command, f"p{n}", f"https://p{n}.example"], stdout=subprocess.PIPE)
        for n in range(6)
    ]
    assert [one.wait(60) for one in running] == [0] * 6
    for one in running:
        one.communicate()
    assert {f"p{n}" for n in range(6)} <= set(load_catalog().providers)


def test_writer_that_waits_too_long_says_so(tmp_path: Path) -> None:
    with locked(tmp_path / "a.yaml"), pytest.raises(TimeoutError), locked(tmp_path / "a.yaml", patience=0.1):
        pass


def _limited() -> None:
    """Room for a file of 200 bytes, as on a disk that is nearly full."""
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))


def _without_privileges() -> None:
    """A root of whom the system asks permission, as of everybody else."""
    if os.getuid() == 0:
        import ctypes

        for capability in (1, 2, 3):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER
            ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


def run(
    folder: Path, *words: str, before: Callable[[], None] | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "modelcatalog.resolver.cli", *words],
        cwd=folder,
        # Or Python itself leaves half of a file behind, in our __pycache__.
        env={**os.environ, **variables, "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=before,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@needs_posix
def test_full_disk_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "models.yaml"
    path.write_text(HEAD + "#" * 300 + "\n")
    before = path.read_bytes()
    done = run(tmp_path, "add", "p1", "https://p1.example", "--project", before=_limited)
    assert done.returncode == 1
    assert done.stderr == "error: models.yaml can't be written: File too large. It is as it was\n"
    assert path.read_bytes() == before
    assert {name for name in os.listdir(tmp_path) if name != "home"} == {"models.yaml"}


@needs_posix
@pytest.mark.parametrize(
    "words", [["list"], ["check"], ["validate"], ["show", "openai"], ["explain", "openai/x"]]
)
def test_full_disk_stops_no_command_that_reads(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "models.yaml").write_text(HEAD)
    done = run(tmp_path, *words, before=_limited, OPENAI_API_KEY="sk-" + "a" * 40)
    assert (done.returncode, done.stderr) == (0, "")


@needs_linux
@pytest.mark.parametrize("words", [["list"], ["check"], ["explain", "openai/x"]])
def test_read_only_folders_stop_no_command_that_reads(tmp_path: Path, words: list[str]) -> None:
    home = tmp_path / "home"
    home.chmod(0o555)
    done = run(tmp_path, *words, before=_without_privileges, OPENAI_API_KEY="sk-" + "a" * 40)
    assert (done.returncode, done.stderr) == (0, "")
    refused = run(tmp_path, "add", "p1", "https://p1.example", before=_without_privileges)
    home.chmod(0o755)
    assert refused.returncode == 1
    assert "can't be written: Permission denied. It is as it was" in refused.stderr


@needs_linux
def test_folder_that_is_closed_to_us_is_reported(tmp_path: Path) -> None:
    closed = tmp_path / "home" / "config"
    closed.mkdir()
    closed.chmod(0o000)
    done = run(tmp_path, "list", before=_without_privileges)
    closed.chmod(0o700)
    assert done.returncode == 1
    assert done.stderr == "1 problem in home/config/modelcatalog/models.yaml: see `catalog validate`.\n"


@pytest.mark.parametrize("value", ["", "/nonexistent", "/dev/null"])
@pytest.mark.parametrize("words", [["list"], ["check"], ["explain", "openai/x"]])
def test_missing_home_stops_no_command(tmp_path: Path, words: list[str], value: str) -> None:
    own = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), value)
    done = run(tmp_path, *words, before=None, **own, OPENAI_API_KEY="sk-" + "a" * 40)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("damage", ["empty", "random", "cut", "folder", "foreign"])
def test_broken_cache_is_made_anew(catalog: Catalog, tmp_path: Path, damage: str) -> None:
    good = catalog("list").stdout
    files = sorted((tmp_path / "home" / "cache").rglob("*.catalog"))
    assert files
    for file in files:
        data = file.read_bytes()
        file.unlink()
        match damage:
            case "empty":
                file.write_bytes(b"")
            case "random":
                file.write_bytes(os.urandom(len(data)))
            case "cut":
                file.write_bytes(data[: len(data) // 2])
            case "folder":
                file.mkdir()
            case "foreign":
                file.write_bytes(data.replace(b"openrouter", b"opensesame"))
    done = catalog("list")
    assert (done.returncode, done.stdout, done.stderr) == (0, good, "")


def test_failed_write_leaves_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.yaml"
    replace(path, b"old")

    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="Input/output"):
        replace(path, b"new")
    assert path.read_bytes() == b"old"
    assert [name for name in os.listdir(tmp_path) if name != "home"] == ["a.yaml"]


@needs_linux
@pytest.mark.parametrize("words", [["list"], ["check"], ["show", "openai", "--json"], ["--version"]])
def test_output_that_has_no_room_is_reported_in_one_line(tmp_path: Path, words: list[str]) -> None:
    command = [str(Path(sys.executable).with_name("catalog")), *words]
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (
        1,
        "catalog: the output can't be written: No space left on device.\n",
    )


@needs_posix
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-"])
def test_closed_streams_are_no_crash(tmp_path: Path, closed: str) -> None:
    catalog = Path(sys.executable).with_name("catalog")
    done = subprocess.run(
        f"{catalog} list {closed}", shell=True, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
