""".pre-commit-config.yaml: each hook runs offline, passes on the tree as it is, and finds what it is for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from support.checkout import ROOT, change, copy_to

pytestmark = pytest.mark.slow

# Hook -> a file, a text in it, and what makes the hook fail in its place.
FAULTS = {
    "ruff-check": ("catalog/parsing/limits.py", "from __future__ import annotations\n", "import os\n"),
    "ruff-format": ("catalog/parsing/limits.py", "from __future__ import annotations\n", "x = [ 1 ]\n"),
    "words": ("docs/json.md", "# JSON output", "# JSON output, as told"),
    "codespell": ("docs/json.md", "# JSON output", "# JSON output, seperately"),
    "catalog-validate": ("models.yaml", "catalog: 1\n", "catalog: 1\nprovders: {}\n"),
}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copy_to(tmp_path_factory.mktemp("pre-commit") / "checkout")
    # The hooks call what is in .venv: here the environment of this run.
    (folder / ".venv").symlink_to(Path(sys.executable).parents[1])
    for words in (["init", "-q"], ["add", "--all", "--", ".", ":!.venv"]):
        subprocess.run(["git", *words], cwd=folder, check=True, env=environment(folder))
    return folder


def environment(folder: Path) -> dict[str, str]:
    """Without a proxy that leads anywhere: a hook that wants the network fails."""
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "ALL_PROXY"), "http://127.0.0.1:9")
    kept = {"PATH": os.environ["PATH"], "HOME": str(folder.parent), "LANG": "C.UTF-8"}
    return {**kept, **nowhere, "PRE_COMMIT_HOME": str(folder.parent / "hooks")}


def run(checkout: Path, hook: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files", hook]
    return subprocess.run(
        command,
        cwd=checkout,
        env=environment(checkout),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_every_hook_has_a_fault_here() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    assert [hook["id"] for repo in config["repos"] for hook in repo["hooks"]] == list(FAULTS)


@pytest.mark.parametrize("hook", FAULTS)
def test_hook_passes_on_this_tree_and_finds_a_fault(checkout: Path, hook: str) -> None:
    done = run(checkout, hook)
    assert done.returncode == 0, done.stdout + done.stderr
    name, old, new = FAULTS[hook]
    before = (checkout / name).read_text("utf-8")
    change(checkout / name, old, new)
    try:
        done = run(checkout, hook)
    finally:
        (checkout / name).write_text(before, encoding="utf-8")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Failed" in done.stdout
