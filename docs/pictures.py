"""Draw the pictures of the README anew: `python docs/pictures.py`.

The command really runs, in a terminal of 88 columns.
"""

from __future__ import annotations

import os
import pty
import re
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).parent
SETTINGS = {
    "OPENAI_API_KEY": "sk-proj-0123456789abcdef",
    "XAI_API_KEY": "xai-0123456789abcdef",
    "AZUREAI_OPENAI_API_KEY": "0123456789abcdef0123456789abc1f8",
    "OPENROUTER_API_KEY": "sk-or-v1-0123456789abcdef\n",
    "OPENAI_CUSTOM_HEADERS": "X-Team: evals",
}
PICTURES = {"check": ["check"], "explain": ["explain", "xai/grok-4", "-M", "timeout=30"]}


def shown(words: list[str]) -> str:
    """What the command prints on a terminal."""
    with tempfile.TemporaryDirectory() as home:
        keep = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        environment = {**keep, "HOME": home, "TERM": "xterm-256color", "COLUMNS": "88", **SETTINGS}
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(home)
            os.execve(str(Path(sys.executable).with_name("catalog")), ["catalog", *words], environment)  # noqa: S606  nothing to quote
        pieces = []
        while True:
            try:
                piece = os.read(terminal, 4096)
            except OSError:
                break
            if not piece:
                break
            pieces.append(piece)
        os.waitpid(child, 0)
        os.close(terminal)
    return b"".join(pieces).decode().replace("\r\n", "\n")


def main() -> None:
    """Write an SVG for each picture."""
    for name, words in PICTURES.items():
        console = Console(record=True, width=90, file=Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
        console.print(Text(f"$ catalog {' '.join(words)}", style="bold"))
        console.print(Text.from_ansi(shown(words)), highlight=False, soft_wrap=True)
        picture = re.sub(r"@font-face \{.*?\}", "", console.export_svg(title="catalog"), flags=re.DOTALL)
        (HERE / f"{name}.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
