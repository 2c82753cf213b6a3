"""Whether `check` tells the truth: its state of each entry, in any environment, against what `resolve` then does.

The expectation is worked out here from how each value was made, and not by the code under test.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from modelcatalog.catalog.diagnostics.errors import SetupError
from modelcatalog.catalog.diagnostics.finding_codes import CODES
from modelcatalog.catalog.model.entries import Entry, Setting
from modelcatalog.providers.adapter.packages import installed_version
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.resolver import check, explain, resolve

from support.entries import ENTRIES, set_up, values_of
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
NEVER = ["x\ny", '"quoted"', "'quoted'", "x\x07y", "x "]
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
BROKEN_KEYS = [
    "{}\n",
    " {}",
    '"{}"',
    "'{}'",
    "{} {}",
    "{}\x07",
    "{}é",
    "<{}>",
    "Bearer {}",
    "KEY_OF={}",
    "https://h/{}",
]


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
        # In angle brackets it is a placeholder, which counts only where the catalog names the host.
        wrong = [form.format(good[0], good[0]) for form in BROKEN_KEYS if form != "<{}>"]
    else:
        good, wrong = GOOD[setting.name], WRONG.get(setting.name, NEVER)
    values = [(good, "good"), (wrong, "wrong"), (BLANK, "blank")]
    every = [Made(value, how) for some, how in values for value in some]
    by_how = [[one for one in every if one.how == how] for _, how in values]
    return st.just(Made(None, "unset")) | st.one_of(*map(st.sampled_from, by_how))


def environments(entry: Entry) -> st.SearchStrategy[dict[str, Made]]:
    """Any mixture of unset, blank, right and wrong values of the entry's variables."""
    own = {
        variable: made(entry, setting)
        for setting in entry.settings.values()
        for variable in setting.variables
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
    schemes = [str(scheme) for scheme in entry.auth]
    usable = [one for one in schemes if one != "key" or keyed or needs_key]
    scheme = "key" if keyed and "key" in schemes else next(iter(usable), "none")
    if "wrong" in hows.values():
        return "error"
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
        return "error" if given else "not_configured"
    return "not_configured" if scheme in ("aws", "google", "entra") else "ready"


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


def compare(entry: Entry, environment: dict[str, Made], origin: str) -> bool:
    """Whether it was ready, after comparing; a ready one is built, and called at the server of this origin."""
    with pytest.MonkeyPatch.context() as patch:
        not_passed_on = {one.variable for one in load_adapter(entry.adapter).AMBIENT}
        for variable, value in service_of(entry.adapter).poison.items():
            if variable in not_passed_on:
                patch.setenv(variable, value)
        make(patch, environment)
        (row,) = [row for row in check(entry.id).rows if row.id == entry.id]
        told = {finding.code for finding in row.findings}
        assert row.state == expected(entry, environment), told
        assert told <= CODES.keys()
        if row.plan.errors:
            with pytest.raises(SetupError) as caught:
                resolve(f"{entry.id}/m", sync=True)
            assert {finding.code for finding in caught.value.findings} == {f.code for f in row.plan.errors}
            assert all(finding.hint for finding in caught.value.findings)
        elif row.state == "ready":
            builds(f"{entry.id}/m")
            at_home = {"base_url": values_of(entry, service_of(entry.adapter), origin)["base_url"]}
            with resolve(f"{entry.id}/m", sync=True, **at_home) as model:
                assert model.chat("hi").text == "Hello"
        return row.state == "ready"


def hold(entry: Entry, examples: int) -> int:
    """How many of so many environments were ready."""
    ready: list[bool] = []
    with RecordingServer(service=service_of(entry.adapter)) as server:

        @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
        @given(environments(entry))
        def run(environment: dict[str, Made]) -> None:
            ready.append(compare(entry, environment, server.origin))

        run()
    return sum(ready)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_state_of_every_entry_is_what_resolve_does(entry: Entry) -> None:
    hold(entry, 15)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_state_of_every_entry_is_what_resolve_does_in_many_environments(entry: Entry) -> None:
    ready = hold(entry, 400)
    if not {"aws", "google"} & set(entry.auth):
        assert ready


def whole(environment: dict[str, Made], home: str) -> None:
    """The states of all entries at once, where variables that several share have one value. `home`: what holds them."""
    with pytest.MonkeyPatch.context() as patch:
        if home == "environment":
            make(patch, environment)
        else:
            lines = [f"{name}={one.value}" for name, one in environment.items() if one.value is not None]
            Path(".env").write_text("\n".join(lines), encoding="utf-8")
        rows = {row.id: row for row in check().rows}
        for entry in ENTRIES:
            row = rows[entry.id]
            told = {finding.code for finding in row.findings}
            assert row.state == expected(entry, environment), (entry.id, told)
            assert not {"near-miss-variable", "unloaded-variable", "foreign-key", "unusual-key"} & told
            if row.plan.errors:
                with pytest.raises(SetupError):
                    resolve(f"{entry.id}/m", sync=True)
            elif row.state == "ready":
                resolve(f"{entry.id}/m", sync=True).close()


def shared(forms: Sequence[str]) -> st.SearchStrategy[dict[str, Made]]:
    """A value for each variable of the catalog, of these forms only; what fits each entry that has it."""
    every: dict[str, st.SearchStrategy[Made]] = {}
    for entry in ENTRIES:
        for setting in entry.settings.values():
            for variable in setting.variables:
                every.setdefault(variable, made(entry, setting).filter(lambda one: one.how in forms))
    return st.fixed_dictionaries(every)


@pytest.mark.parametrize(
    ("home", "forms"),
    [("environment", ["unset", "blank", "good", "wrong"]), (".env", ["unset", "good"])],
    ids=["environment", "dotenv"],
)
def test_states_of_the_whole_catalog_are_what_resolve_does(home: str, forms: list[str]) -> None:
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(shared(forms))
    def run(environment: dict[str, Made]) -> None:
        whole(environment, home)

    run()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_everything_set_is_ready_and_empty_is_not(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    service = service_of(entry.adapter)
    with RecordingServer(service=service) as server:
        arguments = set_up(monkeypatch, entry, server.origin)
        (row,) = [row for row in check(entry.id).rows if row.id == entry.id]
        if not {"base_url", "api_key", "region"} & arguments.keys():
            # Where a login is looked for too, it is poisoned.
            assert row.state == "ready" or not set(entry.auth) <= {"key", "none"}, row.findings
        with resolve(f"{entry.id}/m", sync=True, **arguments) as model:
            assert model.chat("hi").text == "Hello"


LOGINS = {
    "aws": {"AWS_ACCESS_KEY_ID": "AKIA0123456789ABCDEF", "AWS_SECRET_ACCESS_KEY": "secret"},
    "entra": {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_CLIENT_SECRET": "s"},
}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_login_makes_ready_what_takes_one(
    entry: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schemes = [scheme for scheme in entry.auth if scheme not in ("key", "none")]
    if not schemes:
        return
    file = tmp_path / "adc.json"
    file.write_text(
        json.dumps({"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"})
    )
    for name, value in (LOGINS.get(schemes[0]) or {"GOOGLE_APPLICATION_CREDENTIALS": str(file)}).items():
        monkeypatch.setenv(name, value)
    for setting in entry.settings.values():
        if setting.variables and (setting.required or setting.required_for) and setting.name != "api_key":
            monkeypatch.setenv(setting.variables[0], GOOD[setting.name][0])
    (row,) = [row for row in check(entry.id).rows if row.id == entry.id]
    entra_is_here = installed_version("azure-identity") is not None
    assert row.state == ("ready" if schemes[0] != "entra" or entra_is_here else "error"), row.findings
    if row.state == "ready":
        builds(f"{entry.id}/m")


KEYED = [entry for entry in ENTRIES if "api_key" in entry.settings and entry.settings["api_key"].variables]
FORMS = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=12, max_size=60)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([entry for entry in KEYED if not entry.settings["api_key"].pattern]), FORMS)
def test_key_of_a_form_that_nobody_documents_is_never_called_wrong(entry: Entry, key: str) -> None:
    assume(not key.startswith(("AIza", "xxxx", "XXXX")))
    found = explain(f"{entry.id}/m", env={entry.settings["api_key"].variables[0]: key}).findings
    assert not {"unusual-key", "foreign-key", "placeholder-value", "invalid-credential"} & {
        one.code for one in found
    }


@pytest.mark.parametrize("entry", KEYED, ids=lambda entry: entry.id)
@pytest.mark.parametrize(
    "key", ["sk-ant-api03-abc", "gsk_abc", "your-api-key", "<key>", "anything at all".replace(" ", "")]
)
def test_key_on_its_way_to_a_host_of_the_users_own_is_never_called_unusual(entry: Entry, key: str) -> None:
    if not entry.settings["base_url"].variables:
        return
    env = {
        entry.settings["api_key"].variables[0]: key,
        entry.settings["base_url"].variables[0]: "https://proxy.example.com/v1",
    }
    codes = {finding.code for finding in explain(f"{entry.id}/m", env=env).findings}
    assert not {"unusual-key", "foreign-key", "placeholder-value"} & codes
