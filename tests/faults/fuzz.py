"""Feed the loader and the command with hostile inputs, and count them.

    python tests/faults/fuzz.py --count 1000000 --seed 1

SIGTERM ends it early, and it prints what it has done. Failing inputs are kept in the folder of --keep. Exits with 1 if
there was one.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from support.fuzzer import Fuzzer


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", type=Path)
    chosen = options.parse_args()
    faulthandler.dump_traceback_later(600, repeat=True)
    with tempfile.TemporaryDirectory(prefix="catalog-fuzz-") as folder:
        keep = chosen.keep.absolute() if chosen.keep else None
        os.environ.update(
            HOME=folder, XDG_CONFIG_HOME=folder, XDG_CACHE_HOME=folder, MODELCATALOG_CACHE="off"
        )
        os.chdir(folder)
        fuzzer = Fuzzer(chosen.seed, keep)
        told: list[int] = []
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, _: told.append(number))
        done = 0
        while done < chosen.count and not told:
            fuzzer.one()
            done += 1
            if done % 50_000 == 0:
                faulthandler.dump_traceback_later(600, repeat=True)
                print(f"{done:,} ...", flush=True)
    print(f"{done:,} inputs, seed {chosen.seed}, {time.process_time():.0f} s of this process's time")
    print(fuzzer.report())
    for failure in fuzzer.failed[:50]:
        print(f"FAILED {failure}")
    return 1 if fuzzer.failed else 0


if __name__ == "__main__":
    sys.exit(main())
