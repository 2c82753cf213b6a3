"""Inputs that nobody should write: broken, huge, deep, cyclic, binary and hostile catalog files and command lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

TESTS = Path(__file__).parent.parent
SEEDS = [
    *sorted(path.read_bytes() for path in (TESTS / "examples").glob("*/*.yaml")),
    *(
        b"catalog: 1\nproviders:\n" + part
        for part in (TESTS.parent / "models.yaml").read_bytes().split(b"\n\n")
    ),
]
"""What is mutated: the examples, and the bundled file in parts."""

_WRITTEN = r"""
: - ? & * ! | > ' " % @ ` { } [ ] , # \x5c ~ = < $ ( ) ^ +
\n \r \t \x20 \x00 \x85 \xff \xc3 \xef\xbb\xbf \xe2\x80\xa8 \xed\xa0\x80 \xf0\x9f\x92\xa9
\n---\n \n...\n &a\x20 *a !!python/object/apply:os.system\x20 !!binary\x20 <<:\x20*a %YAML\x209.9\n %TAG\x20!\x20tag:\n
null true 1e999 -.inf .nan 2024-02-30 012 "\x5cud800" "\x5cUFFFFFFFF" "\x5cx" ?\x20 |9\n >-\n\x20\x20
api_key:\x20 env:\x20 {env:\x20X} base_url:\x20 https:// extends:\x20 openai default:\x20 settings: catalog:\x201\n
qualifiers:\x20{azure:\x20{ aliases:\x20{a:\x20b,b:\x20a} headers:\x20{a:\x20{env:\x20A}} pattern:\x20'(a+)+$'
"""
PIECES = [
    *(piece.encode().decode("unicode_escape").encode("latin-1") for piece in _WRITTEN.split()),
    b"9" * 400,
    b"0x" + b"f" * 400,
]
KEYS = """
catalog providers aliases name adapter docs keys settings api_key base_url env also default secret required pattern
choices args to type qualifiers auth headers extends status since replacement models list_models path hidden endpoint
model_prefix acme openai azure context_window cost input a * << 1 null
""".split()
VALUES = """
openai openai_azure acme x/y openai/azure null true 1 -1 1.5 2.10 12:30 key aws none optional https://a.example/v1
http://127.0.0.1:1/v1 {base_url}/{a} [] {} [a] {env:A} client body refuse retired 2024-02-30 (a+)+$ [ ../../etc sk-1
${X} *a &a
""".split()


def mutated(random: Random) -> bytes:
    """A file that was well, or nearly, with a few changes."""
    data = bytearray(random.choice(SEEDS))
    for _ in range(random.choice((1, 1, 2, 3, 8))):
        at = random.randrange(len(data) + 1)
        match random.randrange(6):
            case 0:
                data[at : at + random.randrange(1, 9)] = b""
            case 1:
                data[at:at] = random.choice(PIECES) * random.choice((1, 1, 1, 2, 40))
            case 2:
                data[at : at + 1] = bytes([random.randrange(256)])
            case 3:
                data[at:at] = random.choice(SEEDS)[: random.randrange(200)]
            case 4:
                lines = data.split(b"\n")
                lines.insert(random.randrange(len(lines)), random.choice(lines))
                data = bytearray(b"\n".join(lines))
            case 5:
                del data[at:]
    return bytes(data)


def grown(random: Random) -> bytes:
    """Our words in an order that is rarely right."""
    return ("catalog: 1\nproviders:\n" * (random.random() < 0.9) + _block(random, 1, 5)).encode()


def _block(random: Random, indent: int, depth: int) -> str:
    lines = []
    for _ in range(random.randrange(1, 5)):
        head = "  " * indent + random.choice(KEYS) + ":"
        is_map = depth and random.random() < 0.5
        inner = f"\n{_block(random, indent + 1, depth - 1)}" if is_map else f" {random.choice(VALUES)}\n"
        lines += [head, inner]
    return "".join(lines)


def deep(random: Random) -> bytes:
    """Values in each other, to a depth about the bound or far beyond it."""
    depth = random.choice((2, 28, 32, 33, 1000, 20_000))
    unit = random.choice((b"[", b"{a: ", b"- ", b"? ", b"{? [", b"&a [", b"!!seq [", b"-\t", b"a: {b: ["))
    inner = random.choice((b"", b"]" * depth, b"}" * depth, b"*a", b"\xff"))
    return random.choice((b"", b"catalog: 1\nproviders: ")) + unit * depth + inner


def cyclic(random: Random) -> bytes:
    """Anchors that hold themselves, and aliases of aliases."""
    width, depth = random.choice((2, 9, 100)), random.choice((1, 5, 40))
    if random.random() < 0.3:
        return b"catalog: 1\nproviders: &a {acme: *a, b: &b [*b, *a], ? *a : *b}\n"
    lines = [b"catalog: 1", b"x0: &x0 [a]"]
    for at in range(1, depth):
        before = b", ".join([b"*x%d" % (at - 1)] * width)
        lines += [b"x%d: &x%d [%s]" % (at, at, before)]
    return b"\n".join([*lines, b"providers: *x%d" % (depth - 1), b""])


def binary(random: Random) -> bytes:
    """Bytes that are no text, or text in another encoding."""
    data = random.randbytes(random.choice((1, 10, 300, 4000)))
    match random.randrange(4):
        case 0:
            return data
        case 1:
            return (
                random.choice(SEEDS)
                .decode("utf-8", "replace")
                .encode(random.choice(("utf-16", "utf-32", "utf-7")))
            )
        case 2:
            return b"catalog: 1\nproviders:\n  " + data
        case _:
            text = "".join(chr(random.randrange(0x110000)) for _ in range(random.randrange(200)))
            return text.encode("utf-8", "surrogatepass")


def huge(random: Random) -> bytes:
    """Much of one thing: long lines, many keys, as many mistakes as lines."""
    size = random.choice((1_000, 10_000, 60_000, 100_000))
    unit = random.choice(
        (
            b"a",
            b" ",
            b"\n",
            b"key: ",
            b"{env: a}, ",
            b"'",
            b"\\",
            b"- [",
            b"api_key: sk-aaaaaaaa, ",
            b"://@",
            b"token=",
            b"&a *a ",
        )
    )
    match random.randrange(5):
        case 4:
            forms = (b"a%d", b"{a: %d}", b"[%d]", b"a")
            items = b", ".join(random.choice(forms).replace(b"%d", b"%d" % n) for n in range(size // 40))
            return b"catalog: 1\nproviders: {acme: {aliases: [%s], settings: {x: {choices: [%s]}}}}" % (
                items,
                items,
            )
        case 0:
            return b"catalog: 1\nproviders:\n  acme:\n    api_key: " + unit * (size // len(unit))
        case 1:
            if random.random() < 0.3:
                keys = b", ".join(b"k%d: %s" % (n, unit) for n in range(size // 20))
                return b"catalog: 1\nproviders: {acme: {%s}}" % keys
            lines = (b"  p%d: {api_kye: %s}" % (at, unit * 3) for at in range(size // 60))
            return b"catalog: 1\nproviders:\n" + b"\n".join(lines)
        case 2:
            entry = b"  p%d:\n    base_url: https://a.example/%d\n    extends: p%d\n"
            names = b"".join(entry % (n, n, n + 1) for n in range(size // 80))
            return b"catalog: 1\nproviders:\n" + names
        case _:
            return unit * (size // len(unit))


def patterned(random: Random) -> bytes:
    """A regular expression that takes for ever on the value that stands beside it."""
    patterns = "(a+)+$ (a|a)*$ (a|aa)+$ ([a-z]+)*$ (.*a){20}$ ^(a?){30}a{30}$ .*.*.*.*.*=$ ^.*.*.*=$ ((a{99}){99}){99}"
    pattern = random.choice([*patterns.split(), "^a?a?a?a?a?a?a?a?aaaaaaaa$", "(" * 3000])
    value = "a" * random.choice((25, 40, 4000)) + "!"
    name = random.choice(("api_key: {env: [A]", f"organization: {{default: '{value}'", "project: {env: [A]"))
    setting = f"{name}, pattern: '{pattern}'}}"
    text = f"catalog: 1\nproviders:\n  acme:\n    settings: {{base_url: {{default: 'https://a.example'}}, {setting}}}\n"
    return text.encode()


FILES: dict[str, tuple[int, Callable[[Random], bytes]]] = {
    "mutated": (60, mutated),
    "grown": (25, grown),
    "binary": (6, binary),
    "cyclic": (4, cyclic),
    "deep": (4, deep),
    "huge": (1, huge),
    "patterned": (1, patterned),
}
"""Kind of file -> its share, and what makes one."""


def words(random: Random) -> list[str]:
    """A command line; FILE stands for a catalog file that was just made."""
    command = random.choice("list show check explain validate schema explain show nosuch".split())
    line = [command]
    if command not in ("list", "schema", "validate"):
        line.append(_name(random))
    options = [["--json"], ["-f", "FILE"], ["-M", f"{_word(random)}={_word(random)}"], ["-M", _word(random)]]
    options += [[_word(random)], ["--model-config", "FILE"], ["--model-base-url", _word(random)]]
    options += [["--all"], ["--file"], ["--"]]
    for _ in range(random.randrange(3)):
        line += random.choice(options)
    return line


def _name(random: Random) -> str:
    parts = random.choices(
        ["openai", "azure", "acme", "groq", "*", "", "opnai", "..", "gpt-4o", _word(random)], k=3
    )
    return random.choice("/ / / : //".split(" ")).join(parts[: random.randrange(1, 4)])


def _word(random: Random) -> str:
    piece = random.choice([*PIECES, *(value.encode() for value in VALUES), *(key.encode() for key in KEYS)])
    text = (piece * random.choice((1, 1, 3, 200))).decode("utf-8", "surrogateescape")
    return text.replace("\0", "\ufffd")
