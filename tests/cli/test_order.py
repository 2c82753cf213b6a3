"""What the command prints is the same byte for byte, whatever the order that Python's sets have in a process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.providers.adapter.registry import adapter_names, load_adapter
from modelcatalog.resolver import load_catalog

from support.command import COVERAGE

EXAMPLES = sorted(map(str, (Path(__file__).parents[1] / "examples" / "invalid").glob("*.yaml")))
COMMANDS = [
    ["check", "--json"],
    ["check", "openai", "anthropic", "google", "bedrock"],
    ["list", "--json"],
    ["list"],
    ["show"],
    ["explain", "openai/gpt-4o", "--json"],
    ["explain", "anthropic/x"],
    ["explain", "openai/azure/x", "--json"],
    ["explain", "opnai/gpt-4o", "--json"],
    ["validate", *EXAMPLES],
    ["validate", "--json", *EXAMPLES],
    ["trust", "--list", "--json"],
]
CODE = """
import json, sys
from modelcatalog.resolver.cli.app import run
for words in json.loads(sys.stdin.read()):
    sys.argv = ["catalog", *words]
    print("$", *words[:2], flush=True)
    try:
        run()
    except SystemExit as end:
        print("exit", end.code, flush=True)
print(list(set(map(str, range(99)))), file=sys.stderr)
"""


def printed(folder: Path, seed: int, variables: dict[str, str]) -> tuple[str, str]:
    """What all commands print in one process, and the order that a set has there."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", CODE],
        cwd=folder,
        env={**os.environ, **COVERAGE, **variables, "PYTHONHASHSEED": str(seed)},
        input=json.dumps(COMMANDS),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    *lines, order = done.stderr.splitlines()
    # How much memory is free changes from one process to the next.
    return re.sub(r"[\d.]+ GB", "N GB", "\n".join([done.stdout, *lines])), order


def variables_of_every_kind() -> dict[str, str]:
    """Every variable that an SDK reads by itself, two for each setting, and some that are misspelt."""
    names = {one.variable for name in adapter_names() for one in load_adapter(name).AMBIENT}
    for entry in load_catalog(user=False, project=False).entries():
        for setting in entry.settings.values():
            names.update(setting.variables[:2])
    values = {name: f"value-{at}" for at, name in enumerate(sorted(names))}
    return {**values, "OPENAI_KEY": "a", "ANTHROPIC_API_KY": "b", "GROK_API_KEY": "c", "PORT": "1"}


@pytest.mark.slow
def test_nothing_is_printed_in_the_order_of_a_set(tmp_path: Path) -> None:
    (tmp_path / "models.yaml").write_text(
        "catalog: 1\nproviders:\n  b: {base_url: 'http://127.0.0.1:9/v1'}\n  a: {extends: b, aliases: [x, y]}\n",
        encoding="utf-8",
    )
    variables = variables_of_every_kind()
    first, order = printed(tmp_path, 0, variables)
    orders = {order}
    for seed in (1, 2, 3, 4):
        text, order = printed(tmp_path, seed, variables)
        assert text == first
        orders.add(order)
    assert len(orders) == 5
    not_passed_on: dict[str, Any] = json.loads(first.split("exit", 1)[0].partition("\n")[2])["not_passed_on"]
    assert len(not_passed_on) > 20
