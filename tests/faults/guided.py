"""Fuzzing of the loader that looks for new branches by itself. Needs `pip install atheris` (Linux, CPython).

    python tests/faults/guided.py -runs=500000 -max_len=4096 FOLDER_OF_INPUTS

The options are those of libFuzzer; it stops at the first input that crashes or takes more than a second.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]

sys.path.insert(0, str(Path(__file__).parent.parent))

with atheris.instrument_imports(include=["modelcatalog.catalog", "yaml"]):
    from modelcatalog.catalog.loading.loader import compile_text

from support.hostile import SEEDS


def one(data: bytes) -> None:
    layer = compile_text(data, kind="project", shown="models.yaml")
    for problem in layer.problems[:50]:
        problem.render()
        problem.to_json()


def main() -> None:
    folders = [Path(word) for word in sys.argv[1:] if not word.startswith("-")]
    for folder in folders[:1]:
        folder.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(SEEDS):
            (folder / f"seed-{number}").write_bytes(seed)
    atheris.Setup([sys.argv[0], "-timeout=1", *sys.argv[1:]], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
