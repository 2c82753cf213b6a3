"""What is built is what stands in the checkout, and works beside a user's own files of the same names."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from support.checkout import ROOT, copy_to

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SHIPPED = ("catalog", "providers", "resolver", "schema", "models.yaml")
OWN = ("__init__.py", "__main__.py", "py.typed", "testing.py")
"""Files that stand in .import/modelcatalog itself, beside the links to what is shipped."""

TREE = "modelcatalog/"


class Builds(NamedTuple):
    checkout: Path
    wheel: Path
    wheel_from_sdist: Path


class Installed(NamedTuple):
    python: Path
    command: Path
    same_command: Path


def run(*command: str | Path, cwd: Path, environment: dict[str, str]) -> str:
    """Standard output of a command that must succeed; what it said is in the failure otherwise."""
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command} gave {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory, machine_environment: dict[str, str]) -> Builds:
    """Both ways to a wheel, from a copy, so that no file changes between the two."""
    folder = tmp_path_factory.mktemp("builds")
    checkout = copy_to(folder / "checkout")

    def wheel(name: str, *options: str) -> Path:
        build = (sys.executable, "-m", "build", *options)
        run(*build, "--outdir", folder / name, checkout, cwd=folder, environment=machine_environment)
        (built,) = (folder / name).glob("*.whl")
        return built

    # Without an option, `build` makes the wheel from the sdist.
    return Builds(checkout, wheel("direct", "--wheel"), wheel("by-sdist"))


@pytest.fixture(scope="module")
def installed(
    builds: Builds, tmp_path_factory: pytest.TempPathFactory, machine_environment: dict[str, str]
) -> Installed:
    """The wheel and its dependencies in an environment that has nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", with_pip=True)
    scripts = Path(sysconfig.get_path("scripts", "venv", {"base": str(folder / "venv")}))
    found = Installed(scripts / "python", scripts / "catalog", scripts / "modelcatalog")
    run(found.python, "-m", "pip", "install", builds.wheel, cwd=folder, environment=machine_environment)
    return found


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A user's project whose modules have the names of our folders, and fail when they are imported."""
    folder = tmp_path / "project"
    for module in ("providers/__init__.py", "catalog/__init__.py", "schema/__init__.py", "resolver.py"):
        (folder / module).parent.mkdir(parents=True, exist_ok=True)
        (folder / module).write_text(f"raise RuntimeError('the user has a {module} too')\n", "utf-8")
    return folder


def contents(wheel: Path) -> dict[str, bytes]:
    """What a wheel puts into site-packages, without its metadata."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name}


def shipped(checkout: Path) -> dict[str, bytes]:
    """The same for the checkout: what its shipped folders and files hold, as they would be installed."""
    files = [
        file
        for name in SHIPPED
        for file in [checkout / name, *(checkout / name).rglob("*")]
        if file.is_file()
    ]
    tree = {
        TREE + file.relative_to(checkout).as_posix(): file.read_bytes()
        for file in files
        if "__pycache__" not in file.parts
    }
    return tree | {TREE + name: (checkout / ".import/modelcatalog" / name).read_bytes() for name in OWN}


def test_wheel_has_the_tree_of_the_checkout(builds: Builds) -> None:
    tree = shipped(builds.checkout)
    assert {name.removeprefix(TREE).partition("/")[0] for name in tree} == {*SHIPPED, *OWN}
    assert contents(builds.wheel) == tree


def test_wheel_built_from_the_sdist_is_the_same(builds: Builds) -> None:
    assert contents(builds.wheel_from_sdist) == contents(builds.wheel)


def test_import_folder_holds_the_packages_own_files_and_links_to_what_is_shipped() -> None:
    folder = ROOT / ".import" / "modelcatalog"
    links = {file.name: file.readlink().as_posix() for file in folder.iterdir() if file.is_symlink()}
    assert links == {name: f"../../{name}" for name in SHIPPED}
    assert {file.name for file in folder.iterdir()} - {*SHIPPED, "__pycache__"} == set(OWN)


def test_wheel_imports_beside_a_users_own_modules_of_the_same_names(
    installed: Installed, hostile: Path
) -> None:
    environment = {"PYTHONPATH": str(hostile)}
    for module in ("providers", "catalog", "schema", "resolver"):
        trap = f"try: import {module}\nexcept RuntimeError: print('sprung')"
        assert run(installed.python, "-c", trap, cwd=hostile, environment=environment) == "sprung\n"

    script = hostile / "script.py"
    script.write_text(
        "import modelcatalog\n"
        "from modelcatalog import resolve, load_catalog, SetupError\n"
        "import modelcatalog.resolver as r\n"
        "load_catalog()\n"
        "print(modelcatalog.__file__, r.__file__, resolve.__code__.co_filename, sep='\\n')\n",
        "utf-8",
    )
    files = run(installed.python, script, cwd=hostile, environment={**environment, "HOME": str(hostile)})
    assert all(Path(file).is_relative_to(installed.python.parents[1]) for file in files.splitlines())


def test_every_public_name_is_in_the_wheel(installed: Installed, tmp_path: Path) -> None:
    code = "import modelcatalog as m; print(len([getattr(m, name) for name in m.__all__]), m.__version__)"
    said = run(installed.python, "-c", code, cwd=tmp_path, environment={"HOME": str(tmp_path)})
    import modelcatalog

    assert said == f"{len(modelcatalog.__all__)} {modelcatalog.__version__}\n"


def test_command_runs_beside_a_users_own_modules_of_the_same_names(
    installed: Installed, hostile: Path
) -> None:
    text = run(installed.command, "--help", cwd=hostile, environment={"PYTHONPATH": str(hostile)})
    assert "explain" in text


def test_command_has_the_packages_name_too(installed: Installed, hostile: Path) -> None:
    environment = {"PYTHONPATH": str(hostile), "HOME": str(hostile)}
    for command in (
        (installed.command,),
        (installed.same_command,),
        (installed.python, "-m", "modelcatalog"),
    ):
        said = run(*command, "--version", cwd=hostile, environment=environment)
        assert said.startswith("modelcatalog 0."), said
        assert "openai" in run(*command, "list", cwd=hostile, environment=environment)
