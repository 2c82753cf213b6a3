"""Whether `check` tells the truth: its state of each entry, in any environment, against what `resolve` then does.

The expectation is worked out here from how each value was made, and not by the code under test.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelcatalog.catalog.entries import Entry, Setting
from modelcatalog.catalog.errors import ProviderCallError, SetupError
from modelcatalog.resolver import check, resolve

from support.entries import ENTRIES, set_up
from support.recording_server import RecordingServer
from support.services import service_of

GOOD = {
    "base_url": ["https://good.example.com", "https://good.example.com/", "http://127.0.0.1:9"],
    "region": ["eu-central-1"],
    "location": ["europe-west1", "global"],
    "project": ["my-project"],
    "account_id": ["acc1"],
    "api_version": ["2024-10-21"],
    "organization": ["org-1"],
    "quota_project": ["other-project"],
}
NEVER = ["x\ny", '"quoted"', "'quoted'", "x\x00y"]
"""What no setting can hold, whatever it is."""
WRONG: dict[str, list[str]] = {
    "base_url": [
        "good.example.com",
        "https://",
        "https://h.example.com/v1?key=x",
        "https://me:secret@h.example.com",
        '"https://good.example.com"',
        "https://h.exam ple.com",
        "htps://h.example.com",
        "https//h.example.com",
    ],
    "region": ["EU West", "a/b", *NEVER],
    "location": ["Europe West", "a/b", *NEVER],
    "account_id": ["a/b", "a?b", "a b", *NEVER],
}
BLANK = ["", "  ", "\t", "\n"]
BROKEN_KEYS = ["{}\n", " {}", '"{}"', "'{}'", "{} {}", "{}\x07", "{}é", "<{}>"]


class Made(NamedTuple):
    """A value of a variable, and how it was made."""

    value: str | None
    how: str


def good_key(entry: Entry) -> str:
    pattern = entry.settings["api_key"].pattern or ""
    return f"{pattern.lstrip('^')}0123456789abcdef"


def made(entry: Entry, setting: Setting) -> st.SearchStrategy[Made]:
    if setting.name == "credentials_file":
        return st.just(Made(None, "unset"))
    if setting.name == "api_key":
        good = [good_key(entry)]
        # In angle brackets it is a stand-in, which counts only where the catalog names the host.
        wrong = [form.format(good[0], good[0]) for form in BROKEN_KEYS if form != "<{}>"]
    else:
        good, wrong = GOOD[setting.name], WRONG.get(setting.name, NEVER)
    values = [(good, "good"), (wrong, "wrong"), (BLANK, "blank")]
    return st.just(Made(None, "unset")) | st.one_of(
        *(st.sampled_from(some).map(lambda value, how=how: Made(value, how)) for some, how in values)
    )


def environments(entry: Entry) -> st.SearchStrategy[dict[str, Made]]:
    """Any mixture of unset, blank, right and wrong values of the entry's variables."""
    own = {
        variable: made(entry, setting)
        for setting in entry.settings.values()
        for variable in setting.variables
        if "\x00" not in variable
    }
    return st.fixed_dictionaries(own)


def chosen(setting: Setting, environment: dict[str, Made]) -> str:
    """How the value was made that counts: the first that isn't blank."""
    found = (environment[variable].how for variable in setting.variables if variable in environment)
    return next((how for how in found if how in ("good", "wrong")), "unset")


def expected(entry: Entry, environment: dict[str, Made]) -> str:
    """The state, by hand: no login can be seen in this environment."""
    hows = {name: chosen(setting, environment) for name, setting in entry.settings.items()}
    keyed = hows.get("api_key") in ("good", "wrong")
    needs_key = "api_key" in entry.settings and entry.settings["api_key"].required
    scheme = next((one for one in entry.auth if one == "key" and keyed), None)
    if scheme is None:
        scheme = next((one for one in entry.auth if one != "key" or needs_key), "none")
    if "wrong" in hows.values():
        return "broken"
    missing = [
        name
        for name, setting in entry.settings.items()
        if hows[name] == "unset"
        and setting.default is None
        and (setting.required or scheme in setting.required_for)
        and (name != "api_key" or scheme == "key")
    ]
    if missing:
        given = any(how == "good" and entry.settings[name].required for name, how in hows.items())
        return "broken" if given else "not set up"
    return "not set up" if scheme in ("aws", "google", "entra") else "ready"


def make(patch: pytest.MonkeyPatch, environment: dict[str, Made]) -> None:
    for variable, one in environment.items():
        if one.value is None:
            patch.delenv(variable, raising=False)
        else:
            patch.setenv(variable, one.value)


def builds(name: str) -> None:
    """Make the sync and the async client, and close them."""
    with resolve(name, sync=True):
        pass

    async def both() -> None:
        async with resolve(name):
            pass

    asyncio.run(both())


def compare(entry: Entry, environment: dict[str, Made]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        make(patch, {name: one for name, one in environment.items() if "\x00" not in (one.value or "")})
        (row,) = [row for row in check(entry.id).rows if row.id == entry.id]
        if any("\x00" in (one.value or "") for one in environment.values()):
            return
        told = {finding.code for finding in row.plan.findings}
        assert row.state == expected(entry, environment), told
        if row.plan.errors:
            with pytest.raises(SetupError) as caught:
                resolve(f"{entry.id}/m", sync=True)
            assert {finding.code for finding in caught.value.findings} == {f.code for f in row.plan.errors}
            assert all(finding.mend for finding in caught.value.findings)
        elif row.state == "ready":
            builds(f"{entry.id}/m")


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_state_of_every_entry_is_what_resolve_does(entry: Entry) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(environments(entry))
    def run(environment: dict[str, Made]) -> None:
        compare(entry, environment)

    run()
