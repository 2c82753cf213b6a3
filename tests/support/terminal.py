"""A terminal that a command is started on, and what it prints there."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

from support.command import COVERAGE


def printed(folder: Path, *words: str, columns: int = 80, **variables: str) -> str:
    """What `catalog` with these words prints on a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environment = {**os.environ, **COVERAGE, "TERM": "xterm-256color", **variables}
    command = [str(Path(sys.executable).with_name("catalog")), *words]
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    pieces = []
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the other end is closed: the command has ended
            break
        if not piece:
            break
        pieces.append(piece)
    process.wait(300)
    os.close(ours)
    return b"".join(pieces).decode().replace("\r\n", "\n")
