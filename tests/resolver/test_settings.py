"""Where values come from, what is missing, and what can't be right."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modelcatalog.catalog.diagnostics.errors import (
    InvalidCredentialError,
    MissingCredentialError,
    MissingSettingError,
    SetupError,
)
from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.resolver import Environment, explain, load_catalog, resolve

SENTINEL = "sentinel-0123456789-never-shown"
AZURE = {"AZUREAI_OPENAI_BASE_URL": "https://east.example.com"}


def test_explicit_key_beats_environment() -> None:
    plan = explain("openai/x", env={"OPENAI_API_KEY": "sk-env"}, api_key="sk-given")
    assert plan.settings["api_key"].value == Secret("sk-given")
    assert plan.settings["api_key"].source == "argument"
    assert [looked.state for looked in plan.settings["api_key"].looked] == ["shadowed"]


def test_first_variable_of_the_list_wins_and_the_others_are_reported() -> None:
    env = {**AZURE, "AZUREAI_OPENAI_API_KEY": "one", "AZURE_OPENAI_API_KEY": "two", "OPENAI_API_KEY": "three"}
    key = explain("openai/azure/x", env=env).settings["api_key"]
    assert key.value == Secret("one")
    assert key.source == "AZUREAI_OPENAI_API_KEY, environment"
    assert [(one.variable, one.state) for one in key.looked] == [
        ("AZUREAI_OPENAI_API_KEY", "used"),
        ("AZURE_OPENAI_API_KEY", "shadowed"),
    ]


@pytest.mark.parametrize("blank", ["", "   ", "\n"])
def test_blank_variable_counts_as_unset_and_says_so(blank: str) -> None:
    with pytest.raises(MissingCredentialError) as caught:
        resolve("openai/x", env={"OPENAI_API_KEY": blank})
    assert "Looked for: api_key argument, OPENAI_API_KEY (set but empty)." in str(caught.value)


def test_blank_variable_gives_way_to_the_next_one() -> None:
    env = {**AZURE, "AZUREAI_OPENAI_API_KEY": "", "AZURE_OPENAI_API_KEY": "two"}
    assert explain("openai/azure/x", env=env).settings["api_key"].value == Secret("two")


def test_name_of_another_tool_is_accepted_after_the_documented_one_and_marked() -> None:
    looked = explain("grok/x", env={"XAI_API_KEY": "k"}).settings["api_key"].looked
    assert [(one.variable, one.state, one.legacy) for one in looked] == [
        ("GROK_API_KEY", "unset", False),
        ("XAI_API_KEY", "used", True),
    ]


def test_dotenv_is_read_below_the_environment_and_names_its_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "# keys\n\nexport GROK_API_KEY='from file'\nTOGETHER_API_KEY=t\n", encoding="utf-8"
    )
    env = Environment({"TOGETHER_API_KEY": "process"}, Path(".env"))
    assert explain("together/x", env=env).settings["api_key"].source == "TOGETHER_API_KEY, environment"
    assert explain("grok/x", env=env).settings["api_key"].source == "GROK_API_KEY, .env:3"


def test_dotenv_copies_no_other_variable(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("GROK_API_KEY=${OPENAI_API_KEY}\n", encoding="utf-8")
    key = explain("grok/x", env=Environment({"OPENAI_API_KEY": SENTINEL}, Path(".env"))).settings["api_key"]
    assert key.value == Secret("${OPENAI_API_KEY}")


def test_of_a_name_that_is_twice_in_a_dotenv_the_last_counts_and_its_line_is_named(tmp_path: Path) -> None:
    text = "A='\nGROK_API_KEY=inside'\n\nGROK_API_KEY=one\n\n  # two\n\nexport GROK_API_KEY = two\n"
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    key = explain("grok/x", env=Environment({}, Path(".env"))).settings["api_key"]
    assert (key.value.reveal(), key.source) == ("two", "GROK_API_KEY, .env:8")


def test_dotenv_that_changes_is_seen_by_the_next_call_whatever_its_time_stamp(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    for value in ("one", "two"):
        file.write_text(f"GROK_API_KEY={value}\n", encoding="utf-8")
        os.utime(file, (1_700_000_000, 1_700_000_000))
        key = explain("grok/x", env=Environment({}, Path(".env"))).settings["api_key"]
        assert key.value.reveal() == value


def test_dotenv_of_the_current_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("GROK_API_KEY=k\n", encoding="utf-8")
    assert explain("grok/x").settings["api_key"].source == "GROK_API_KEY, .env:1"


def test_dotenv_can_be_named_and_turned_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("GROK_API_KEY=k\n", encoding="utf-8")
    (tmp_path / "other.env").write_text("GROK_API_KEY=o\n", encoding="utf-8")
    monkeypatch.setenv("MODELCATALOG_ENV_FILE", "")
    assert not explain("grok/x").settings["api_key"].is_set
    monkeypatch.setenv("MODELCATALOG_ENV_FILE", "other.env")
    assert explain("grok/x").settings["api_key"].source == "GROK_API_KEY, other.env:1"


def test_secrets_folder_is_read_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "GROK_API_KEY").write_text("from-folder\n", encoding="utf-8")
    monkeypatch.setenv("MODELCATALOG_SECRETS_DIR", str(folder))
    key = explain("grok/x").settings["api_key"]
    assert key.value == Secret("from-folder")
    assert key.kind == "secrets"
    monkeypatch.setenv("GROK_API_KEY", "process")
    assert explain("grok/x").settings["api_key"].kind == "environment"


def test_changed_environment_is_seen_by_the_next_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROK_API_KEY", "one")
    assert explain("grok/x").settings["api_key"].value == Secret("one")
    monkeypatch.setenv("GROK_API_KEY", "two")
    assert explain("grok/x").settings["api_key"].value == Secret("two")


def test_everything_missing_is_reported_at_once() -> None:
    with pytest.raises(SetupError) as caught:
        resolve("cloudflare/meta/llama", env={})
    error = caught.value
    assert isinstance(error, MissingCredentialError)
    assert isinstance(error, MissingSettingError)
    assert [finding.code for finding in error.findings] == ["missing-credential", "missing-setting"]
    assert str(error) == (
        "cloudflare can't be used yet, 2 things are missing or wrong:\n"
        "- No API key for cloudflare. Looked for: api_key argument, CLOUDFLARE_API_TOKEN (unset), CLOUDFLARE_API_KEY "
        "(unset).\n  hint: export CLOUDFLARE_API_TOKEN=... (get one at https://dash.cloudflare.com/profile/api-tokens)\n"
        "- No account_id for cloudflare. Looked for: account_id argument, CLOUDFLARE_ACCOUNT_ID (unset).\n"
        "  hint: export CLOUDFLARE_ACCOUNT_ID=... (Account ID, a part of the address)"
    )


def test_account_becomes_a_part_of_the_address() -> None:
    env = {"CLOUDFLARE_API_TOKEN": "k", "CLOUDFLARE_ACCOUNT_ID": "acc1"}
    plan = explain("cf/meta/llama", env=env)
    assert plan.url == "https://api.cloudflare.com/client/v4/accounts/acc1/ai"
    assert explain("cf/compat/meta/llama", env=env).url == f"{plan.url}/v1"
    assert plan.model == "@cf/meta/llama"
    moved = explain("cf/@cf/meta/llama", env={**env, "CLOUDFLARE_BASE_URL": "http://127.0.0.1:9/accounts/"})
    assert moved.url == "http://127.0.0.1:9/accounts/acc1/ai"
    assert moved.model == "@cf/meta/llama"


@pytest.mark.parametrize("account", ["a/../../b", "a?x=1", "a#b", "a b"])
def test_setting_in_an_address_cant_change_the_path(account: str) -> None:
    with pytest.raises(SetupError, match="can't be a part of an address"):
        resolve("cf/x", env={"CLOUDFLARE_API_TOKEN": "k", "CLOUDFLARE_ACCOUNT_ID": account})


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (
            f"{SENTINEL}\n",
            "OPENAI_API_KEY ends in a line break; it would be refused.\nhint: export OPENAI_API_KEY=",
        ),
        (f" {SENTINEL}", "OPENAI_API_KEY begins with a blank; it would be refused."),
        (
            f'"{SENTINEL}"',
            "OPENAI_API_KEY has double quotes around it, as part of the value.\nhint: export OPENAI_API_KEY=",
        ),
        (f"'{SENTINEL}'", "OPENAI_API_KEY has single quotes around it"),
        (
            f"{SENTINEL} {SENTINEL}",
            "OPENAI_API_KEY has white space or a control character inside; no key has.",
        ),
        (f"Bearer {SENTINEL}", "OPENAI_API_KEY begins with 'Bearer', which the SDK adds by itself."),
        (f"OPENAI_API_KEY={SENTINEL}", "OPENAI_API_KEY begins with a variable's name and an equals sign."),
        (f"https://h.example/{SENTINEL}", "OPENAI_API_KEY holds an address, not a key."),
        (f"{SENTINEL}\x00x", "OPENAI_API_KEY has white space or a control character inside"),
        (f"{SENTINEL}…", "OPENAI_API_KEY has a character that isn't ASCII; no header can carry it."),
    ],
)
def test_key_that_no_request_can_carry_is_refused_unseen(key: str, text: str) -> None:
    with pytest.raises(InvalidCredentialError) as caught:
        resolve("openai/x", env={"OPENAI_API_KEY": key})
    assert text in str(caught.value)
    assert SENTINEL not in str(caught.value) + repr(caught.value)


def test_key_of_another_form_is_a_warning_at_its_own_host_only() -> None:
    env = {"OPENAI_API_KEY": "gibberish"}
    assert [finding.code for finding in explain("openai/x", env=env).findings] == ["unusual-key"]
    assert explain("openai/x", env=env, base_url="http://127.0.0.1:9/v1").findings == ()


def test_no_variable_of_another_provider_is_consulted() -> None:
    everything = {
        variable: "value"
        for entry in load_catalog().entries()
        if entry.provider != "together"
        for setting in entry.settings.values()
        for variable in setting.variables
    }
    with pytest.raises(MissingCredentialError, match="TOGETHER_API_KEY"):
        resolve("together/x", env=everything)


def test_key_of_azure_never_serves_openai_nor_the_other_way() -> None:
    with pytest.raises(MissingCredentialError, match=r"No API key for openai\. "):
        resolve("openai/x", env={**AZURE, "AZUREAI_OPENAI_API_KEY": "k"})
    with pytest.raises(MissingCredentialError, match=r"No API key for openai/azure\. "):
        resolve("openai/azure/x", env={**AZURE, "OPENAI_API_KEY": "k"})


def test_no_base_url_is_an_error_and_never_the_sdks_own() -> None:
    catalog = load_catalog(overlay={"providers": {"acme": {"api_key": "required"}}})
    env = {"ACME_API_KEY": "k", "OPENAI_BASE_URL": "https://api.openai.com/v1"}
    with pytest.raises(
        MissingSettingError,
        match=r"No base_url for acme. Looked for: base_url argument, ACME_BASE_URL \(unset\).",
    ):
        resolve("acme/x", catalog=catalog, env=env)


def test_headers_come_from_text_and_variables() -> None:
    entry = {
        "base_url": "http://127.0.0.1:9/v1",
        "headers": {"X-Team": "evals", "X-Tenant": {"env": "ACME_TENANT"}},
    }
    catalog = load_catalog(overlay={"providers": {"acme": entry}})
    plan = explain("acme/x", catalog=catalog, env={"ACME_API_KEY": "k", "ACME_TENANT": "t1"})
    assert plan.headers == {"X-Team": "evals", "X-Tenant": Secret("t1")}
    with pytest.raises(MissingSettingError, match="No value for the header X-Tenant of acme"):
        resolve("acme/x", catalog=catalog, env={"ACME_API_KEY": "k"})


def test_neither_plan_nor_error_shows_a_key() -> None:
    plan = explain("openai/x", env={"OPENAI_API_KEY": SENTINEL}, timeout=3)
    import json

    assert SENTINEL not in repr(plan) + str(plan) + json.dumps(plan.to_json())
    with resolve("openai/x", env={"OPENAI_API_KEY": SENTINEL}, sync=True) as model:
        assert SENTINEL not in repr(model) + str(model) + repr(model.plan)


def test_key_of_another_way_to_the_same_models_is_named_but_not_used() -> None:
    with pytest.raises(MissingCredentialError) as caught:
        resolve("openai/gpt-4o", env={**AZURE, "AZUREAI_OPENAI_API_KEY": SENTINEL})
    assert "AZUREAI_OPENAI_API_KEY is set: for that one write openai/azure/gpt-4o." in str(caught.value)
    with pytest.raises(MissingCredentialError) as caught:
        resolve("openai/azure/gpt-4o", env={**AZURE, "OPENAI_API_KEY": SENTINEL})
    assert "OPENAI_API_KEY is set: for that one write openai/gpt-4o." in str(caught.value)


def test_setting_that_only_one_scheme_needs_is_missed_only_there() -> None:
    env = {"GOOGLE_VERTEX_API_KEY": "k"}
    with_key = explain("google/vertex/x", env=env, api_key="k")
    assert "missing-setting" not in {finding.code for finding in with_key.findings}
    assert "missing-setting" in {finding.code for finding in explain("google/vertex/x", env={}).findings}
