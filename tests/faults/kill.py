"""Kill processes that write to a catalog file and to the cache, and look at what they leave.

    python tests/faults/kill.py --count 1000 --seed 1

Half of the kills hit `add`, half the cache; after each, every entry that was confirmed must be there. Exits with an
AssertionError at the first that isn't.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from support.killing import HEAD, Killer

_ENTRIES = 60


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=1000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="catalog-kill-") as folder:
        os.environ.update(HOME=folder, XDG_CONFIG_HOME=f"{folder}/config", XDG_CACHE_HOME=f"{folder}/cache")
        os.chdir(folder)
        killer = Killer(Path(folder), chosen.seed)
        added = cached = races = 0
        while killer.killed < chosen.count:
            if len(killer.confirmed) > _ENTRIES:
                killer.path.write_text(HEAD, encoding="utf-8")
                killer.confirmed.clear()
            before = killer.killed
            if races * 100 < killer.killed:
                killer.race(processes=8, entries=3)
                races += 1
            elif added <= cached:
                killer.kill_add()
                added += killer.killed - before
            else:
                killer.kill_cache()
                cached += killer.killed - before
    print(f"{killer.killed} processes killed ({added} in add, {cached} in the cache, {races} races of 8),")
    print(f"{killer.finished} ended before; {killer.unconfirmed} entries were written but not yet confirmed.")
    print("Nothing that was confirmed was lost, and no half file was seen.")


if __name__ == "__main__":
    main()
