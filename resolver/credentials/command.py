"""A command as the source of a secret: `{command: [op, read, ...]}` in the user's own file.

It is run when a client is built, never by `list`, `check` or `explain`: it may ask for a fingerprint, cost seconds, or
count as an access.
"""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from subprocess import Popen

SECONDS = 60.0
"""How long a command may take: some wait for a person."""

_MOST_BYTES = 1 << 16
_SAID = 300


class CommandFailedError(Exception):
    """The command gave no secret. Its text says why, with secrets redacted."""


class Command:
    """The words of a command that prints a secret. Calling it runs it, and gives what it prints and that this holds for
    good. Raises CommandFailedError.
    """

    __slots__ = ("words",)

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)

    def __repr__(self) -> str:
        return f"Command({self.words[0]!r}, ...)"

    def __call__(self) -> tuple[str, float]:
        return self.run(), float("inf")

    def __str__(self) -> str:
        return f"what {self.words[0]} prints"

    def run(self, seconds: float = SECONDS) -> str:
        """What it prints, without the white space around. No shell; in the home folder; nothing on its input."""
        from subprocess import DEVNULL, PIPE, Popen, TimeoutExpired

        try:
            process = Popen(
                [self._program(), *self.words[1:]],
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=PIPE,
                cwd=_home(),
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise CommandFailedError(f"{self.words[0]} can't be run: {reason}") from None
        try:
            out, said = _output(process, seconds)
        except TimeoutExpired:
            raise CommandFailedError(f"{self.words[0]} gave nothing in {seconds:g} s") from None
        if len(out) > _MOST_BYTES:
            raise CommandFailedError(f"{self.words[0]} printed more than a key")
        if process.returncode != 0:
            raise CommandFailedError(
                f"{self.words[0]} failed with exit code {process.returncode}{_stderr_end(said, out)}"
            )
        return self._checked(out)

    def _program(self) -> str:
        """The program by its whole path. A relative one would be looked for in a folder that may be a project's."""
        from pathlib import Path
        from shutil import which

        name = self.words[0]
        path = Path(name).expanduser()
        if path.is_absolute():
            return str(path)
        if path.name != name:
            raise CommandFailedError(f"{name} is a relative path: write the whole one, or a name on the PATH")
        found = which(name)
        if found is None:
            raise CommandFailedError(f"there is no {name} on the PATH")
        return str(Path(found).absolute())

    def _checked(self, out: bytes) -> str:
        try:
            text = out.decode("utf-8").strip()
        except UnicodeDecodeError:
            raise CommandFailedError(f"{self.words[0]} printed something that isn't text") from None
        if not text:
            raise CommandFailedError(f"{self.words[0]} printed nothing")
        if re.search(r"\s|[\x00-\x1f\x7f]", text) or not text.isascii():
            raise CommandFailedError(f"{self.words[0]} printed something that is no key")
        return text


def _home() -> Path:
    from pathlib import Path

    from modelcatalog.resolver.credentials.environment import home

    user = home()
    return user if user is not None and user.is_dir() else Path("/")


def _output(process: Popen[bytes], seconds: float) -> list[bytes]:
    """What it wrote to standard output and error, each up to a bound. Raises TimeoutExpired, and ends it then."""
    import time
    from threading import Thread

    ends = time.monotonic() + seconds
    wrote = [b"", b""]

    def take(at: int, pipe: IO[bytes]) -> None:
        wrote[at] = pipe.read(_MOST_BYTES + 1)
        pipe.close()

    pipes = [pipe for pipe in (process.stdout, process.stderr) if pipe is not None]
    readers = [Thread(target=take, args=(at, pipe), daemon=True) for at, pipe in enumerate(pipes)]
    for reader in readers:
        reader.start()
    try:
        process.wait(seconds)
    finally:
        _end(process.pid)
        process.wait()
    for reader in readers:
        reader.join(max(0.0, ends - time.monotonic()))
    return wrote


def _end(pid: int) -> None:
    """End the command and what it started."""
    import os
    import signal
    from contextlib import suppress

    with suppress(OSError, AttributeError):
        os.killpg(pid, signal.SIGKILL)


def _stderr_end(said: bytes, out: bytes) -> str:
    """The end of what it wrote to standard error, on one line, without what it printed and what looks like a secret."""
    from modelcatalog.catalog.redaction.heuristics import redact_suspected, visible
    from modelcatalog.catalog.redaction.secret import redact

    secrets = out.decode("utf-8", "replace").split()
    text = " ".join(said.decode("utf-8", "replace").split())
    text = visible(redact_suspected(redact(text, [one for one in secrets if len(one) > 3])))
    if not text:
        return ""
    return f": {text}" if len(text) <= _SAID else f": ...{text[-_SAID:]}"
