"""One word for each idea: words that were dropped appear in no message, help, page, docstring or name of the project.

Checked whole, line by line, comments and names too: the folders and files of `WHOLE`. Of `tests`, the names of
files, folders and functions. Pictures in `docs` are made from what the commands print, and aren't looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
WHOLE = (
    "catalog",
    "providers",
    "resolver",
    "schema",
    "models.yaml",
    "docs",
    "examples",
    "benchmarks",
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "pyproject.toml",
)
ENDINGS = (".py", ".md", ".yaml", ".json", ".toml", ".txt")

_NUMBER = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|\w+teen|twenty|hundred)"
NEVER = {
    "hint, not mend": r"\bmend(?:s|ed|ing)?\b",
    "redact, not blot": r"\bblot(?:s|ted|ting)?\b",
    "redact, not scrub": r"\bscrub(?:s|bed|bing|ber)?\b",
    "redact, not curtain": r"\bcurtains?\b",
    "placeholder, not stand-in": r"\bstand-ins?\b|(?<![a-z])stand_ins?(?![a-z])|\ba stand in\b",
    "characters, not signs": rf"\b(?:{_NUMBER}|many|few|more|single|same|these|those|hidden|as) signs\b"
    r"|\bsigns (?:or more|from which|of a)\b|\bsigns\b(?= in a (?:key|name|text|value))",
    "reported or shown, not told": r"\b(?:re|un)?told\b",
    "not found, not isn't there": r"\bisn['_]?t[_ ]there\b|\bis not there\b",
    "retirements, not what ends soon": r"\bwhat ends soon\b",
    "override, not lie over": r"\bl(?:ie|ies|ay|ying) over\b",
    "chain, not deeper": r"\bdeeper\b",
    "no foreseen": r"\bforeseen?\b",
    "trust, not believe": r"\b(?:dis)?believ(?:e|es|ed|ing)\b",
    "source of keys, not home": r"\bhomes? (?:of|for) (?:a |an |the |your )?(?:API )?(?:keys?|secrets?|credentials?)\b"
    r"|\bfurther homes\b|\bkeys go home\b",
    "model ID, not wire id": r"\bwire[-_ ]?ids?\b",
    "environment, not world": r"(?<!hello )(?<!hello, )(?<!real )\bworlds?\b",
}


_ANY = re.compile(
    r"mend|blot|scrub|curtain|stand.?in|signs|told|there|ends|over|deeper|foresee|believ|homes? |wire|world",
    re.IGNORECASE,
)


def found(text: str) -> list[str]:
    """What to say instead, for each of the words in the text; identifiers are taken apart at `_` and capitals."""
    if not _ANY.search(text):
        return []
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    plain = re.sub(r"\s*\n[\s#>*-]*", " ", words)
    apart = re.sub(r"(?<=\w)_+(?=\w)|\b_+(?=\w)", " ", plain)
    return [
        rule
        for rule, pattern in NEVER.items()
        if any(re.search(pattern, form, re.IGNORECASE) for form in (plain, apart))
    ]


def paths() -> Iterator[Path]:
    for name in WHOLE:
        top = TOP / name
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            if path.suffix in ENDINGS:
                yield path


def findings(path: Path) -> list[str]:
    text = path.read_text("utf-8")
    if not found(f"{path.relative_to(TOP)}\n{text}"):
        return []
    lines = text.splitlines()
    at = {
        f"{path.relative_to(TOP)}:{number}: {rule}"
        for number in range(1, len(lines) + 1)
        for rule in found("\n".join(lines[number - 1 : number + 1]))
    }
    return sorted(at) or [f"{path.relative_to(TOP)}: {rule}" for rule in found(str(path.relative_to(TOP)))]


@pytest.mark.parametrize("path", list(paths()), ids=lambda path: str(path.relative_to(TOP)))
def test_words_that_were_dropped_appear_nowhere(path: Path) -> None:
    assert findings(path) == []


def test_names_of_tests_hold_none_of_them() -> None:
    wrong = []
    for path in sorted((TOP / "tests").rglob("*")):
        names = [str(path.relative_to(TOP).with_suffix(""))]
        if path.suffix == ".py" and path != Path(__file__):
            names += re.findall(r"^ *(?:async )?def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
        wrong += [f"{names[0]}: {name}: {rule}" for name in names for rule in found(name)]
    assert wrong == []


@pytest.mark.parametrize(
    "text",
    [
        "The mend stands below.",
        "line and mend, and",
        "blots every secret out",
        "def blotted(text):",
        "class _Scrubber:",
        "the value is a stand-in for",
        "_STAND_IN = 1",
        "its last four signs",
        "8 signs or more",
        "Signs of a value",
        "the service told us",
        "def told(name):",
        "class _Told:",
        "nosuch.yaml: isn't there",
        "def test_host_that_isnt_there():",
        "the file that is\n    # not there",
        "what ends\nsoon",
        "files lie over each other",
        "look_deeper(setting)",
        "class Foreseen(NamedTuple):",
        "believes: bool = True",
        "the keyring as a home of keys",
        "Further homes for keys",
        '"wire_id": 1',
        "wireId",
        "tests/worlds/test_no_sdk",
        "in a world of its own",
    ],
)
def test_word_is_found(text: str) -> None:
    assert len(found(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "recommended, amended, mandatory",
        "the design of the plan; it is designed",
        "aws sso signs in; who signs a request; a signed record",
        "signs the request with a key",
        "your home folder, `home()`, HOME and the home of the user",
        "print('Hello world')",
        "there is no profile; a host that isn't reached; there isn't one",
        "the values stand in the file",
        "a placeholder, redacted, overrides",
        "the credential chain, deep below",
        "the wire protocol; a wired identity",
        "overlay, laid out",
    ],
)
def test_other_words_pass(text: str) -> None:
    assert found(text) == []


def test_every_folder_of_the_project_is_looked_at() -> None:
    seen = {path.relative_to(TOP).parts[0] for path in paths()}
    assert set(WHOLE) <= seen
