"""Layers: what lies over what, and that each value knows its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcatalog.catalog.diagnostics.errors import CatalogError
from modelcatalog.catalog.loading.loader import Source, load
from modelcatalog.catalog.model.catalog import Catalog


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def catalog_of(tmp_path: Path, *texts: str, bundled: bool = False) -> Catalog:
    kinds = ("user", "project", "named")
    sources = [
        Source(kind, write(tmp_path / f"{kind}.yaml", "catalog: 1\n" + text), show=lambda path: path.name)  # type: ignore[arg-type]
        for kind, text in zip(kinds, texts, strict=False)
    ]
    return load(sources, bundled=bundled)


def test_two_lines_make_a_provider(tmp_path: Path) -> None:
    entry = catalog_of(tmp_path, "providers:\n  my-acme:\n    base_url: https://llm.acme.dev/v1\n").entry(
        "my-acme"
    )
    assert entry.adapter == "openai"
    assert entry.settings["api_key"].env == ("MY_ACME_API_KEY",)
    assert entry.settings["api_key"].secret
    assert entry.settings["api_key"].required
    assert entry.settings["base_url"].env == ("MY_ACME_BASE_URL",)
    assert entry.settings["base_url"].default == "https://llm.acme.dev/v1"
    assert str(entry.settings["base_url"].default_position) == "user.yaml:4"
    assert entry.default_target == "client"
    assert entry.auth == ("key",)


def test_maps_merge_lists_replace_and_null_takes_away(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path,
        "providers:\n  acme:\n    base_url: https://a/v1\n    aliases: [a1, a2]\n    headers: {X-A: one, X-B: two}\n"
        "    settings: {region: {env: ACME_REGION}}\n",
        "providers:\n  acme:\n    aliases: [a3]\n    headers: {X-B: null, X-C: three}\n    settings: {region: null}\n",
    )
    entry = catalog.entry("acme")
    assert entry.aliases == ("a3",)
    assert {name: header.value for name, header in entry.headers.items()} == {"X-A": "one", "X-C": "three"}
    assert "region" not in entry.settings
    assert str(entry.headers["X-A"].position) == "user.yaml:6"
    assert str(entry.headers["X-C"].position) == "project.yaml:5"
    assert str(entry.settings["base_url"].default_position) == "user.yaml:4"


def test_null_takes_a_provider_away_and_a_later_layer_starts_anew(tmp_path: Path) -> None:
    text = "providers:\n  acme:\n    base_url: https://a/v1\n    name: Old\n"
    assert catalog_of(tmp_path, text, "providers:\n  acme: null\n").providers == ()
    again = catalog_of(
        tmp_path, text, "providers:\n  acme: null\n", "providers:\n  acme:\n    base_url: https://b/v1\n"
    )
    assert again.entry("acme").name == "acme"


def test_qualifier_patches_its_provider(tmp_path: Path) -> None:
    text = (
        "providers:\n  acme:\n    base_url: https://a.example/v1\n    settings: {project: {env: ACME_PROJECT}}\n"
        "    qualifiers:\n      eu:\n        base_url: https://eu.example/v1\n        settings: {project: null}\n"
        "      batch: {description: slower}\n"
    )
    catalog = catalog_of(tmp_path, text)
    assert catalog.entry("acme").qualifiers == ("eu", "batch")
    europe = catalog.entry("acme", "eu")
    assert europe.id == "acme/eu"
    assert "project" not in europe.settings
    assert str(europe.position) == "user.yaml:7"
    assert catalog.entry("acme", "batch").settings["api_key"].env == ("ACME_API_KEY",)


def test_key_stays_behind_when_a_patch_moves_to_another_host(tmp_path: Path) -> None:
    text = (
        "providers:\n  acme:\n    base_url: https://a.example/v1\n"
        "    headers: {X-Tenant: {env: ACME_TENANT}, X-Fixed: yes}\n"
        "    settings: {project: {env: ACME_PROJECT}}\n"
        "    qualifiers:\n      eu: {base_url: https://eu.example/v1}\n      v2: {base_url: https://a.example/v2}\n"
        "  other: {extends: acme, base_url: https://o.example/v1}\n"
        "  same: {extends: acme}\n"
        "  shared: {extends: acme, base_url: https://o.example/v1, api_key: {env: ACME_API_KEY}}\n"
    )
    catalog = catalog_of(tmp_path, text)
    for entry, key, base in (
        (catalog.entry("acme", "eu"), "ACME_EU_API_KEY", "ACME_EU_BASE_URL"),
        (catalog.entry("acme", "v2"), "ACME_API_KEY", "ACME_V2_BASE_URL"),
        (catalog.entry("other"), "OTHER_API_KEY", "OTHER_BASE_URL"),
        (catalog.entry("same"), "ACME_API_KEY", "ACME_BASE_URL"),
        (catalog.entry("shared"), "ACME_API_KEY", "SHARED_BASE_URL"),
    ):
        assert entry.settings["api_key"].env == (key,), entry.id
        assert entry.settings["base_url"].env == (base,), entry.id
    assert catalog.entry("other").settings["project"].env == ()
    assert set(catalog.entry("other").headers) == {"X-Fixed"}
    assert set(catalog.entry("same").headers) == {"X-Tenant", "X-Fixed"}


def test_instance_of_a_qualifier(tmp_path: Path) -> None:
    text = (
        "providers:\n  azure-eu:\n    extends: openai/azure\n"
        "    settings: {api_key: {env: AZURE_EU_KEY}, base_url: {env: AZURE_EU_URL}}\n"
    )
    entry = catalog_of(tmp_path, text, bundled=True).entry("azure-eu")
    assert entry.adapter == "openai_azure"
    assert entry.settings["api_key"].env == ("AZURE_EU_KEY",)
    assert entry.settings["base_url"].env == ("AZURE_EU_URL",)
    assert entry.settings["base_url"].required
    assert "organization" not in entry.settings
    assert entry.auth == ("key", "entra")
    assert entry.qualifiers == ()


@pytest.mark.parametrize(
    ("key", "auth", "required"),
    [("required", ("key",), True), ("optional", ("key",), False), ("none", ("none",), None)],
)
def test_three_ways_with_a_key(
    tmp_path: Path, key: str, auth: tuple[str, ...], required: bool | None
) -> None:
    entry = catalog_of(
        tmp_path, f"providers:\n  acme:\n    base_url: http://localhost/v1\n    api_key: {key}\n"
    ).entry("acme")
    assert entry.auth == auth
    assert required is None or entry.settings["api_key"].required is required
    assert ("api_key" in entry.settings) is (required is not None)


def test_alias_of_a_provider_and_of_a_whole_model(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path,
        "providers:\n  acme: {base_url: https://a/v1, aliases: [ac]}\naliases: {fast: acme/small, best: fast}\n",
    )
    assert catalog.find("AC") == "acme"
    assert catalog.model_alias("best") == "acme/small"
    assert catalog.model_alias("acme") is None


def test_alias_loop_is_reported_with_its_way(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, "aliases: {a: b, b: c, c: a}\n")
    with pytest.raises(CatalogError, match="alias 'c' runs in a loop: a -> b -> c -> a"):
        catalog.model_alias("a")


def test_extends_loop_is_reported_with_its_way(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, "providers:\n  a: {extends: b}\n  b: {extends: c}\n  c: {extends: a}\n")
    with pytest.raises(CatalogError, match="extends itself: a -> b -> c -> a"):
        catalog.entry("a")


def test_extends_of_nothing_names_the_nearest(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, "providers:\n  mine: {extends: opnai}\n", bundled=True)
    with pytest.raises(
        CatalogError,
        match=r"user.yaml:3.*extends 'opnai', which is not a provider \(did you mean 'openai'\?\)",
    ):
        catalog.entry("mine")


def test_bad_layer_takes_only_its_own_down(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path,
        "providers:\n  acme: {base_url: https://a/v1}\n  other: {bas_url: https://o/v1}\n  grok: {nmae: x}\n",
        bundled=True,
    )
    assert catalog.entry("openai").name == "OpenAI"
    assert catalog.entry("acme").adapter == "openai"
    for broken in ("other", "grok"):
        with pytest.raises(CatalogError, match="unknown key"):
            catalog.entry(broken)
    assert {"acme", "other", "openai"} <= set(catalog.providers)


def test_unreadable_layer_stands_in_the_way_of_what_it_mentions(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, "providers:\n  grok:\n   base_url: [https://proxy\n", bundled=True)
    assert catalog.entry("openai").name == "OpenAI"
    with pytest.raises(CatalogError, match=r"user\.yaml"):
        catalog.entry("grok")


def test_model_facts_merge_and_absent_means_unknown(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path,
        "providers:\n  acme: {base_url: https://a/v1, models: {small: {context_window: 8192, tools: false}}}\n",
        "providers:\n  acme: {models: {small: {context_window: 16384}, large: {}}}\n",
    )
    assert catalog.facts("acme", "small") == {"context_window": 16384, "tools": False}
    assert catalog.facts("acme", "unknown") == {}
    assert catalog.models("acme") == ("small", "large")
