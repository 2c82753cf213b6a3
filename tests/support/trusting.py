"""What the user says of a project's file, as `catalog trust FILE --yes` records it."""

from __future__ import annotations

from pathlib import Path

from modelcatalog.resolver.trust.records import content_of, trust


def trusted(path: Path) -> Path:
    """The file, which the user trusts as it is now."""
    trust(path, content_of(path) or "")
    return path
