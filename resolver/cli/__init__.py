"""The command `catalog`."""

from __future__ import annotations


def main() -> None:
    """Run the command; the entry point of the script `catalog`.

    The collector rests while modules are loaded, and finds nothing to look through when the process ends: what is
    loaded is never garbage, and a short command would spend a tenth of its time on asking.
    """
    import gc

    gc.disable()
    from modelcatalog.resolver.cli.app import run

    gc.freeze()
    gc.enable()
    try:
        run()
    finally:
        gc.freeze()
