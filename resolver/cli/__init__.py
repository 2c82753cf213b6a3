"""The command `catalog`."""

from __future__ import annotations


def main() -> None:
    """Run the command; the entry point of the script `catalog`.

    The collector rests while modules are loaded, and finds nothing to look through when the process ends: what is
    loaded is never garbage, and a short command would spend a tenth of its time on asking.
    """
    import gc
    import sys

    gc.disable()
    from modelcatalog.resolver.cli.app import run

    gc.freeze()
    gc.enable()
    try:
        run()
    finally:
        if "torch" not in sys.modules:  # libraries below it complain of what is left at the end
            gc.freeze()
