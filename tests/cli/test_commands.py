"""The commands: what they print, where, and with which exit code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.resolver import load_catalog

from support.command import Catalog
from support.trusting import trusted

KEY = "key-of-acme-0123456789abcdef"
ACME = {"ACME_API_KEY": KEY}
SECRET_FREE = ("list", "show", "check", "explain", "probe", "chat", "validate")


def words(command: str) -> list[str]:
    return {
        "list": ["list"],
        "show": ["show", "acme"],
        "check": ["check", "acme"],
        "explain": ["explain", "acme/small"],
        "probe": ["probe", "acme/small"],
        "chat": ["chat", "acme/small", "hi"],
        "validate": ["validate"],
    }[command]


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize("command", SECRET_FREE)
def test_json_has_a_version_and_no_secret(catalog: Catalog, command: str) -> None:
    done = catalog(*words(command), "--json", **ACME)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["version"] == 1
    assert done.stderr == ""
    assert KEY not in done.stdout


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize("command", SECRET_FREE)
def test_pipe_gets_no_colour_and_no_secret(catalog: Catalog, command: str) -> None:
    done = catalog(*words(command), FORCE_COLOR="1", **ACME)
    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    assert KEY not in done.stdout + done.stderr


def test_list_names_every_provider(catalog: Catalog) -> None:
    listed = [line.split()[0] for line in catalog("list").stdout.splitlines()]
    assert listed == [entry.id for entry in load_catalog(user=False, project=False).entries()]
    assert {"openai", "anthropic/bedrock", "google/vertex", "mistral/azure", "cloudflare", "goodfire"} <= set(
        listed
    )


def test_globs_and_aliases_choose(catalog: Catalog) -> None:
    assert [line.split()[0] for line in catalog("list", "open*", "xai").stdout.splitlines()] == [
        "openai",
        "openai/azure",
        "openrouter",
        "grok",
    ]


def test_glob_that_fits_nothing_is_misuse(catalog: Catalog) -> None:
    done = catalog("list", "zz*")
    assert (done.returncode, done.stdout) == (2, "")
    assert "error: no provider matches 'zz*'\nhint: catalog list " in done.stderr


def test_broken_file_is_reported_and_the_rest_is_listed(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "models.yaml").write_text("catalog: 1\nproviders:\n  acme: {bas_url: x}\n", encoding="utf-8")
    done = catalog("list")
    assert done.returncode == 1
    assert "openrouter" in done.stdout
    assert done.stderr == "1 problem in models.yaml: see `catalog validate`.\n"


def test_check_with_nothing_set_is_no_alarm(catalog: Catalog) -> None:
    done = catalog("check")
    assert done.returncode == 0
    assert re.match(
        r"Ready \(\d\)\n(  hf  .*\n)?  ollama +no key; localhost:11434 not contacted +openai ", done.stdout
    )
    assert re.search(r"^Not configured \(\d+\)  openai, openai/azure, anthropic, ", done.stdout, re.MULTILINE)
    assert "Error" not in done.stdout
    assert "Notes" not in done.stdout


def test_check_says_what_has_ended_and_what_to_use(catalog: Catalog) -> None:
    text = catalog("check", "goodfire", "vertex", "azureai").stdout
    assert "goodfire is retired since 2025-11-01: The hosted API has been switched off" in text
    assert "vertex is deprecated since 2025-06-24" in text
    assert "Use google/vertex instead." in text
    assert "Use openai/azure instead." in text


def test_check_names_what_is_broken_and_exits_with_1(catalog: Catalog) -> None:
    done = catalog("check", AZUREAI_OPENAI_API_KEY="k" * 20, TOGETHER_API_KEY="a b")
    assert done.returncode == 1
    assert "Error (2)" in done.stdout
    assert "TOGETHER_API_KEY has white space" in done.stdout
    assert "No base_url for openai/azure." in done.stdout


def test_check_of_a_named_provider_that_isnt_ready_exits_with_1(catalog: Catalog) -> None:
    assert catalog("check", "openai").returncode == 1
    assert catalog("check", "ollama").returncode == 0


def test_check_shows_ambient_variables_that_nothing_uses(catalog: Catalog) -> None:
    done = catalog("check", OPENAI_CUSTOM_HEADERS="X-A: b")
    assert re.search(
        r"OPENAI_CUSTOM_HEADERS is set, but not passed on to \d+ entries whose SDK would read it", done.stdout
    )


def test_explain_shows_where_each_value_comes_from(catalog: Catalog, acme: Path) -> None:
    acme.write_text(acme.read_text() + "    headers: {X-Team: evals}\n", encoding="utf-8")
    trusted(acme)
    done = catalog(
        "explain", "acme/small", "-M", "timeout=30", "-M", "organization=o", OPENAI_ORG_ID="x", **ACME
    )
    assert done.returncode == 0
    rows = {line.split()[0]: " ".join(line.split()) for line in done.stdout.splitlines()[1:]}
    assert rows["provider"] == "provider acme models.yaml:3"
    assert rows["key"] == "key ****cdef ACME_API_KEY, environment"
    assert rows["base_url"].endswith("default, models.yaml:4")
    assert rows["timeout"] == "timeout 30 -M -> every call"
    assert rows["organization"] == "organization o -M -> client"
    assert rows["X-Team"] == "X-Team evals header"
    assert rows["ignored"] == "ignored OPENAI_ORG_ID the SDK would have read them (not passed on)"


def test_explain_of_what_isnt_set_up_exits_with_1(catalog: Catalog) -> None:
    done = catalog("explain", "openai/x")
    assert done.returncode == 1
    assert "error: No API key for openai." in done.stdout


@pytest.mark.usefixtures("acme")
def test_model_config_is_merged_below_m(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "args.yaml").write_text("timeout: 5\nmax-retries: 7\n", encoding="utf-8")
    done = catalog("explain", "acme/x", "--model-config", "args.yaml", "-M", "timeout=9", "--json", **ACME)
    arguments = {a["name"]: (a["value"], a["source"]) for a in json.loads(done.stdout)["arguments"]}
    assert arguments == {"timeout": (9, "-M"), "max_retries": (7, "args.yaml")}


def test_show_has_variables_defaults_and_targets(catalog: Catalog) -> None:
    done = catalog("show", "openrouter")
    assert "OPENROUTER_API_KEY; required" in done.stdout
    assert "models to body; provider to body; transforms to body; others to client" in done.stdout


def test_schema_is_json_schema(catalog: Catalog) -> None:
    assert json.loads(catalog("schema").stdout)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.usefixtures("acme")
def test_chat_reads_standard_input(catalog: Catalog, server: RecordingServer) -> None:
    done = catalog("chat", "acme/small", "-", said="from a pipe", **ACME)
    assert done.stdout == "Hello\n"
    assert server.last.json["messages"] == [{"role": "user", "content": "from a pipe"}]


@pytest.mark.usefixtures("acme")
def test_several_models_are_probed_and_one_failure_is_enough(
    catalog: Catalog, server: RecordingServer
) -> None:
    assert catalog("probe", "acme/one", "acme/two", **ACME).returncode == 0
    done = catalog("probe", "acme/one", "openai/x", **ACME)
    assert done.returncode == 1
    assert "acme/one  ok" in done.stdout
    assert "openai/x  failed at setup" in done.stdout
    assert len(server.requests) == 3


def test_named_file_overrides_the_others(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "catalog: 1\nproviders: {grok: {base_url: 'https://h.example/v1'}}\n", encoding="utf-8"
    )
    done = catalog("explain", "grok/x", "--file", "mine.yaml", GROK_API_KEY="k")
    assert "https://h.example/v1" in done.stdout
    assert "default, mine.yaml:2" in done.stdout


def test_error_as_json_stands_on_standard_output(catalog: Catalog) -> None:
    done = catalog("explain", "opnai/x", "--json")
    assert done.returncode == 2
    error = json.loads(done.stdout)["error"]
    assert error["type"] == "UnknownProviderError"
    assert (error["message"], error["hint"]) == ("no provider 'opnai'", "openai/x")


@pytest.mark.parametrize(
    "words", [["nosuch"], ["list", "--nosuch"], ["explain"], ["probe", "a/b", "--timeout", "-1"]]
)
def test_misuse_exits_with_2_and_leaves_standard_output_empty(catalog: Catalog, words: list[str]) -> None:
    done = catalog(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr


def test_completion_knows_the_providers(catalog: Catalog) -> None:
    bash = {"_CATALOG_COMPLETE": "complete_bash"}
    names = catalog("x", COMP_WORDS="catalog check open", COMP_CWORD="2", **bash).stdout.split()
    assert names == ["openai", "openai/azure", "openrouter"]
    models = catalog("x", COMP_WORDS="catalog explain openai/", COMP_CWORD="2", **bash).stdout.split()
    assert models == ["openai/", "openai/azure/"]


@pytest.mark.parametrize("name", ["MODELCATALOG_CACHE", "XDG_CACHE_HOME"])
def test_folder_that_cant_be_written_to_stops_nothing(catalog: Catalog, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert catalog("list", **{name: str(tmp_path / "file" / "below")}).returncode == 0


def test_home_folder_that_is_not_found_stops_nothing(catalog: Catalog) -> None:
    nowhere = {"HOME": "/nowhere", "XDG_CONFIG_HOME": "", "XDG_CACHE_HOME": ""}
    assert catalog("check", **nowhere).returncode == 0


def test_entry_that_cant_be_read_is_never_passed_over(catalog: Catalog, tmp_path: Path) -> None:
    text = "catalog: 1\nproviders:\n  mine: {extends: openai/azur}\n"
    (tmp_path / "models.yaml").write_text(text, encoding="utf-8")
    for words in (["check"], ["validate"]):
        done = catalog(*words)
        assert done.returncode == 1
        assert (
            "models.yaml:3:19: provider 'mine' extends 'openai/azur', which is not a provider" in done.stdout
        )
        assert "did you mean 'openai/azure'?" in done.stdout
    assert catalog("list").stderr == "1 problem in models.yaml: see `catalog validate`.\n"
