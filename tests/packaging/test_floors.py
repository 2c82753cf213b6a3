"""The house's floors, as far as imports, the text of the code and pyproject.toml can show them."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
import yaml
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports
from packaging.requirements import Requirement

from modelcatalog.providers.adapter.registry import ADAPTERS, adapter_names, load_adapter
from modelcatalog.resolver import load_catalog

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("catalog", "providers", "resolver")
ENVIRONMENT = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}

# Where TLS roots come from, said by the two variables that every TLS library reads.
TLS = "providers/http/tls.py"

# Folders that use an SDK beside its adapter's own, and why.
SHARED = {
    # The library that finds Google's credentials, for every adapter that takes them.
    "google.auth": {"providers/identities", "providers/ended/google_legacy"},
    # Chat templates are those of the tokenizers that vLLM uses too.
    "transformers": {"providers/local"},
}
# Libraries of HTTP are no SDKs: many adapters have one below theirs.
HTTP = {"aiohttp", "httpx", "httpx2"}

# What vLLM's own processes take from variables and from nowhere else.
ENGINE = "providers/vllm/environment.py"


def code(*folders: str) -> dict[str, ast.Module]:
    """Path below the repository -> syntax tree, for every module in these folders."""
    files = sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))
    return {file.relative_to(ROOT).as_posix(): ast.parse(file.read_text("utf-8")) for file in files}


def reads_environment(tree: ast.Module) -> bool:
    """Whether the module takes something from os that gives the environment."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr=name) if name in ENVIRONMENT:
                return True
            case ast.ImportFrom(module="os", names=names) if ENVIRONMENT & {alias.name for alias in names}:
                return True
    return False


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(level=0, module=str(module)):
                yield module
            case ast.ImportFrom(level=level, module=module):
                yield "." * level + (module or "")


def imported_by_name(tree: ast.Module) -> Iterator[str]:
    """What `import_module` and `find_spec` are called with, as far as the text shows it."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Name(id="import_module" | "find_spec")
                | ast.Attribute(attr="import_module" | "find_spec"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield name


def compared_words(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and text of every string constant that a comparison or a match case holds."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare | ast.MatchValue):
            for part in ast.walk(node):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.lineno, part.value


def provider_words() -> set[str]:
    """Names, qualifiers and aliases of the bundled providers."""
    providers = yaml.safe_load((ROOT / "models.yaml").read_text("utf-8"))["providers"]
    words = set(providers)
    for entry in providers.values():
        words.update(entry.get("qualifiers") or ())
        words.update(entry.get("aliases") or ())
    return words


def test_import_contracts_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])  # it adds the working directory, for good
    assert lint_imports(str(ROOT / "pyproject.toml"), no_cache=True) == EXIT_STATUS_SUCCESS


def test_modules_import_the_package_by_its_full_name() -> None:
    bare = {
        f"{path} imports {name}"
        for path, tree in code(*FLOORS).items()
        for name in imported(tree)
        if name.startswith(".") or name.partition(".")[0] in {*FLOORS, "schema"}
    }
    assert not bare


def test_catalog_and_providers_never_read_the_environment() -> None:
    readers = {path for path, tree in code("catalog", "providers").items() if reads_environment(tree)}
    assert readers <= {TLS, ENGINE}


def test_catalog_and_providers_import_no_settings_library() -> None:
    users = {
        path
        for path, tree in code("catalog", "providers").items()
        if "pydantic_settings" in set(imported(tree))
    }
    assert not users


def test_one_file_of_the_resolver_reads_the_environment() -> None:
    readers = {path for path, tree in code("resolver").items() if reads_environment(tree)}
    assert len(readers) <= 1, readers


def test_code_never_asks_which_provider_it_serves() -> None:
    words = provider_words()
    ladder = [
        f"{path}:{line} compares with '{word}'"
        for path, tree in code(*FLOORS).items()
        for line, word in compared_words(tree)
        if word in words
    ]
    assert not ladder, "a fact is missing from models.yaml: " + ", ".join(ladder)


def test_each_adapters_package_is_an_extra_with_the_same_lower_bound() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for name in adapter_names():
        package = load_adapter(name).PACKAGE
        extra = map(Requirement, project["optional-dependencies"][package.extra])
        lower = {
            one.name: bound.version for one in extra for bound in one.specifier if bound.operator == ">="
        }
        assert lower.get(package.distribution) == package.minimum, name


def test_an_sdk_is_imported_in_its_adapters_folder_alone() -> None:
    """Also inside functions, by name, and in what is imported for types only."""
    owners: dict[str, set[str]] = {}
    for name in adapter_names():
        folder = "/".join(ADAPTERS[name].partition(":")[0].split(".")[1:-1])
        for package in (load_adapter(name).PACKAGE, *load_adapter(name).FURTHER_PACKAGES):
            if package.import_name not in HTTP:
                owners.setdefault(package.import_name, set()).add(folder)
    strays = [
        f"{path}: {sdk}"
        for path, tree in code(*FLOORS).items()
        for sdk, folders in owners.items()
        for module in (*imported(tree), *imported_by_name(tree))
        if (module == sdk or module.startswith(f"{sdk}."))
        and path.rpartition("/")[0] not in folders | SHARED.get(sdk, set())
    ]
    assert not strays


def extras_in(*extras: str) -> set[str]:
    """These extras, and those of ours that they hold."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    required = [Requirement(one) for extra in extras for one in project["optional-dependencies"][extra]]
    held = {name for one in required if one.name == project["name"] for name in one.extras}
    return {*extras} | (extras_in(*held) if held else set())


def test_sdks_that_have_ended_are_no_part_of_all_and_every_other_hosted_one_is() -> None:
    ended = {name for name, value in ADAPTERS.items() if value.startswith("modelcatalog.providers.ended.")}
    hosted = {name: load_adapter(name) for name in ADAPTERS if not load_adapter(name).IN_PROCESS}
    assert len(ended) == 4
    for name, adapter in hosted.items():
        assert (adapter.PACKAGE.extra in extras_in("all")) is (name not in ended), name
    # goodfire has an environment of its own.
    [installed] = re.findall(r"^all_sdks=(.*)$", (ROOT / "tests" / "run").read_text("utf-8"), re.MULTILINE)
    tested = extras_in(*installed.split(","))
    assert {load_adapter(name).PACKAGE.extra for name in ended} - tested == {"goodfire"}
    assert {adapter.PACKAGE.extra for adapter in hosted.values()} - tested == {"goodfire"}


def test_what_development_needs_is_no_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert set(project["dependency-groups"]) == {"bare", "test", "dev"}
    assert not set(project["dependency-groups"]) & set(project["project"]["optional-dependencies"])


def test_entries_of_sdks_that_have_ended_say_so() -> None:
    entries = load_catalog(user=False, project=False).entries()
    ended = [one for one in entries if ".ended." in ADAPTERS.get(one.adapter, "")]
    assert ended
    assert {one.id for one in ended if one.status == "active"} == set()


def test_every_requirement_has_a_lower_bound() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project = settings["project"]
    tables = [*project["optional-dependencies"].values(), *settings["dependency-groups"].values()]
    required = [one for one in chain(project["dependencies"], *tables) if isinstance(one, str)]
    others = [one for one in map(Requirement, required) if one.name != project["name"]]
    assert not [str(one) for one in others if ">=" not in {bound.operator for bound in one.specifier}]


def test_what_bundled_entries_name_as_adapter_exists() -> None:
    providers = yaml.safe_load((ROOT / "models.yaml").read_text("utf-8"))["providers"]
    entries = [
        patch for entry in providers.values() for patch in (entry, *(entry.get("qualifiers") or {}).values())
    ]
    assert {entry["adapter"] for entry in entries if entry and "adapter" in entry} <= set(adapter_names())
