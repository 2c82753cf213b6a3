"""The README's story, end to end: two lines of YAML for a server that nobody here wrote, and everything after them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcatalog.resolver import load_catalog

from support.command import command_in
from support.katan import Katan, running_katan
from support.trusting import trusted

COUNT = len(load_catalog(user=False, project=False).providers) + 1
"""The bundled ones, and the one that the test adds."""

PYTHON = """
from openai import OpenAI
from modelcatalog import resolve

with resolve("acme/katan-echo", sync=True, client_type=OpenAI) as model:
    answer = model.client.chat.completions.create(
        model=model.model, messages=[{"role": "user", "content": "hello there"}]
    )
    print(answer.choices[0].message.content)
"""


@pytest.fixture(scope="module")
def katan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Katan]:
    with running_katan(tmp_path_factory.mktemp("katan")) as running:
        yield running


def test_two_lines_become_an_answer(tmp_path: Path, katan: Katan) -> None:
    catalog = command_in(tmp_path)
    entry = f"providers:\n  acme:\n    base_url: {katan.url}\n"
    (tmp_path / "models.yaml").write_text(f"catalog: 1\n{entry}", encoding="utf-8")

    assert catalog("validate", "models.yaml").stdout == f"no problem in 2 files, {COUNT} providers read\n"

    would = catalog("trust", "models.yaml", "--yes").stdout
    assert f"ACME_API_KEY (not set)\n      to   {katan.url}\n" in would

    before = catalog("check", "acme")
    assert before.returncode == 1
    assert "export ACME_API_KEY=..." in before.stdout

    key = {"ACME_API_KEY": katan.key}
    after = catalog("check", "acme", **key)
    assert after.returncode == 0
    assert "ACME_API_KEY from environment" in after.stdout

    probed = catalog("probe", f"acme/{katan.model}", "--json", **key)
    assert probed.returncode == 0, probed.stdout
    report = json.loads(probed.stdout)["probes"][0]
    assert report["ok"]
    assert report["url"] == katan.url
    assert 0 < report["first_token"] <= report["total"]

    said = catalog("chat", f"acme/{katan.model}", "hello there", **key)
    assert said.returncode == 0, said.stderr
    assert "hello there" in said.stdout

    answer = subprocess.run(
        [sys.executable, "-c", PYTHON],
        cwd=tmp_path,
        env={**os.environ, **key},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "hello there" in answer.stdout


def test_wrong_key_is_reported_as_such(tmp_path: Path, katan: Katan) -> None:
    file = tmp_path / "models.yaml"
    file.write_text(f"catalog: 1\nproviders:\n  acme:\n    base_url: {katan.url}\n", encoding="utf-8")
    trusted(file)
    wrong = "sk-a-wrong-key-0123456789"
    done = command_in(tmp_path)("probe", f"acme/{katan.model}", ACME_API_KEY=wrong)
    assert done.returncode == 1
    assert "failed at auth: 401 after " in done.stdout
    assert wrong not in done.stdout + done.stderr


def test_demo_shows_the_whole_road_without_a_key(tmp_path: Path) -> None:
    done = command_in(tmp_path)("demo")
    assert done.returncode == 0, done.stdout + done.stderr
    for line in (
        "no problem in 2 files",
        "$ catalog trust models.yaml --yes\nmodels.yaml would send\n  ACME_API_KEY (not set)\n",
        "ACME_API_KEY from environment",
        "acme/small  ok",
        "failed at model",
        "openai OpenAI http://127.0.0.1:",
        "I am a few lines of Python on your own machine",
    ):
        assert line in done.stdout
    assert "demo-key-of-no-value" not in done.stdout.replace("export ACME_API_KEY=demo-key-of-no-value", "")
