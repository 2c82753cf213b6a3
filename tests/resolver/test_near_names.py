"""Variables and globs with almost the right name: which are taken for a slip, and which are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcatalog.catalog.diagnostics.errors import UnknownProviderError
from modelcatalog.providers.adapter.adapter import Adapter
from modelcatalog.resolver import check, load_catalog
from modelcatalog.resolver.catalogs.selection import select
from modelcatalog.resolver.checking.typos import near_misses
from modelcatalog.resolver.checking.variables import _ambient

KEYS = ["KEY", "API_TOKEN", "TOKEN", "SECRET_KEY", "API_SECRET_KEY"]
URLS = ["API_BASE", "API_BASE_URL", "BASE", "API_URL", "URL", "ENDPOINT", "API_ENDPOINT"]
SLIPS = [
    *((f"OPENAI_{word}", "OPENAI_API_KEY") for word in KEYS),
    *((f"OPENAI_{word}", "OPENAI_BASE_URL") for word in URLS),
    ("OPENAIAPIKEY", "OPENAI_API_KEY"),
    ("openai-api-key", "OPENAI_API_KEY"),
    ("OPENAI_API_KEYS", "OPENAI_API_KEY"),
    ("OPEN_AI_API_KEI", "OPENAI_API_KEY"),
]


def found(name: str, env: dict[str, str], variable: str, where: str = "environment") -> list[tuple[str, str]]:
    plan = check(name, env=env).rows[0].plan
    return [(one.message, one.hint or "") for one in near_misses(plan, {variable: where})]


@pytest.mark.parametrize(("variable", "wanted"), SLIPS)
def test_other_word_or_spelling_is_taken_for_a_slip(variable: str, wanted: str) -> None:
    message = f"{variable} is set (environment), but nothing reads it: openai looks for {wanted}."
    hint = f'export {wanted}="${variable}"'
    if "-" in variable:
        hint = f"Write {wanted} in place of {variable}."
    assert found("openai", {}, variable) == [(message, hint)]
    [(_, hint)] = found("openai", {}, variable, ".env:3")
    assert hint == f"Write {wanted} in place of {variable} in .env:3."


@pytest.mark.parametrize(
    "variable", ["OPENAI", "OPENAI_KEY_2", "OPENAI_TEAM", "OPENAI_APIS", "MY_OPENAI_API_KEY"]
)
def test_other_name_is_left_alone(variable: str) -> None:
    assert found("openai", {}, variable) == []


def test_setting_that_has_a_value_has_no_slip() -> None:
    assert found("openai", {"OPENAI_API_KEY": "sk-0123456789abcdef"}, "OPENAI_KEY") == []


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        (["gro[kq]"], {"grok", "groq"}),
        (["GRO?"], {"grok", "groq"}),
        (["openai/az*"], {"openai/azure"}),
        (["groq", "grok"], {"grok", "groq"}),
        ([" Groq "], {"groq"}),
        (["openai/azure"], {"openai/azure"}),
    ],
)
def test_entries_are_selected_by_names_and_globs(names: list[str], ids: set[str]) -> None:
    catalog = load_catalog(user=False, project=False)
    selected = [entry.id for entry in select(catalog, names)]
    assert (set(selected), len(selected)) == (ids, len(ids))


def test_glob_means_the_qualifiers_of_a_provider_too() -> None:
    catalog = load_catalog(user=False, project=False)
    by_glob, by_name = ([entry.id for entry in select(catalog, [name])] for name in ("opena?", "openai"))
    assert by_glob == by_name
    assert "openai/azure" in by_glob
    with pytest.raises(UnknownProviderError, match=r"no provider matches 'nosuch\*'") as caught:
        select(catalog, ["nosuch*"])
    assert (caught.value.name, caught.value.provider) == ("nosuch*", "nosuch*")
    assert caught.value.hint == f"catalog list (shows all {len(catalog.providers)})"


def test_adapter_that_can_not_be_loaded_reads_no_variable() -> None:
    assert tuple(_ambient("nosuch")) == ()
    assert tuple(_ambient("openai")) != Adapter.AMBIENT


@pytest.mark.parametrize(("key", "is_reported"), [(None, True), ("sk-0123456789abcdef", False)])
def test_value_in_a_file_that_is_not_read_counts_where_there_is_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str | None, is_reported: bool
) -> None:
    (tmp_path / ".envrc").write_text("export OPENAI_API_KEY=x\nexport OPENAI_ORG_ID=y\n", "utf-8")
    if key is not None:
        monkeypatch.setenv("OPENAI_API_KEY", key)
    findings = [one for one in check("openai").rows[0].findings if one.code == "unloaded-variable"]
    said = [("OPENAI_API_KEY is in .envrc:1, which isn't read.", "export MODELCATALOG_ENV_FILE=.envrc")]
    assert [(one.message, (one.hint or "").removeprefix("Name the file: ")) for one in findings] == (
        said if is_reported else []
    )
