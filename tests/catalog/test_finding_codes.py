"""The codes of findings: data, read only where codes are explained."""

from __future__ import annotations

import subprocess
import sys
from typing import get_args

from modelcatalog.catalog.diagnostics.finding import Severity
from modelcatalog.catalog.diagnostics.finding_codes import CODES, OFFLINE, ONLINE


def test_every_code_is_there_once_and_whole() -> None:
    assert len(CODES) == len(OFFLINE) + len(ONLINE)
    assert {one.severity for one in CODES.values()} == set(get_args(Severity))
    assert all(one.meaning and one.hint for one in CODES.values())
    assert {one.online for one in OFFLINE} == {False}
    assert {one.online for one in ONLINE} == {True}


def test_a_check_reads_none_of_them() -> None:
    code = (
        "import sys; from modelcatalog.resolver import check; check(env={}); "
        "print([name for name in sys.modules if 'finding_codes' in name])"
    )
    out = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
