"""What a YAML parser complains of, in the words of somebody who looks at the file. Both parsers give the same words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.parsing.limits import LIMITS
from modelcatalog.catalog.parsing.parser_errors import KEY, Complaint
from modelcatalog.catalog.redaction.heuristics import redact_suspected, shown

if TYPE_CHECKING:
    from modelcatalog.catalog.diagnostics.problem import Problem
    from modelcatalog.catalog.parsing.source import SourceText

_GLUED = re.compile(r"\s*(?:- +)*(?P<name>[A-Za-z_][\w.-]*+):(?!//)[^\s:]")
_BARE = re.compile(r"\s*(?:- +)*(?P<name>[\w.-]++)\s*$")


def explain(source: SourceText, error: Any) -> Problem:
    """The problem that a parser's error means."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return source.problem(1, 1, "yaml", "the text can't be read as YAML")
    start = error.context_mark or mark
    complaint = Complaint(source, mark.line + 1, mark.column + 1, start.line + 1, start.column + 1)
    indentation = complaint.text[: len(complaint.text) - len(complaint.text.lstrip())]
    if "\t" in indentation:
        place = complaint.at(complaint.line, indentation.index("\t") + 1)
        return place.says("the line is indented with a tab, and YAML takes spaces only", "use spaces")
    wording = f"{error.context or ''} {error.problem or ''}"
    if "maximum nesting depth" in wording:  # libyaml's own limit, of 1,000, which it may meet before we count
        return complaint.says("lists and maps are nested too deep", code="too-deep")
    for pattern, words in _WORDS:
        if pattern.search(wording):
            return words(complaint)
    return complaint.says("the text can't be read as YAML from here on")


def _forbidden_start(complaint: Complaint) -> Problem:
    return complaint.says(f"a value can't begin with {shown(complaint.char)}", complaint.quoting())


def _second_colon(complaint: Complaint) -> Problem:
    above = complaint.line_above()
    glued = _glued(complaint.at(above, 1)) or _glued(complaint)
    if glued:
        return glued
    if KEY.match(f"{complaint.before} "):
        return complaint.says(
            "a value that holds ': ' or ends in ':' needs quotes", "put the value in quotes"
        )
    bare = _BARE.match(complaint.source.line(above))
    if bare:
        return _no_colon(complaint.at(above, bare.start("name") + 1))
    if above == complaint.line:
        return complaint.says("a ':' isn't allowed here", "put the value in quotes")
    place = complaint.at(complaint.line, len(complaint.before) - len(complaint.before.lstrip()) + 1)
    message = f"this line is indented more than line {above}, which has its value already"
    return place.says(message, f"align it with line {above}")


def _tight_colon(complaint: Complaint) -> Problem:
    return complaint.says("a blank is missing after ':'", "write the value, or a blank, after the ':'")


def _missing_colon(complaint: Complaint) -> Problem:
    return _glued(complaint.at_start()) or _no_colon(complaint.at_start())


def _glued(complaint: Complaint) -> Problem | None:
    """The problem of a line as `base_url:https://host`."""
    match = _GLUED.match(complaint.text)
    if match is None or KEY.match(complaint.text):
        return None
    place = complaint.at(complaint.line, match.end("name") + 1)
    return place.says(
        "a blank is missing after ':'", _hint_key(complaint, f"{match['name']}: ") or "write ': '"
    )


def _no_colon(complaint: Complaint) -> Problem:
    match = _BARE.match(complaint.text)
    hint = _hint_key(complaint, f"{match['name']}:") if match else None
    return complaint.says("a key without ':' after it", hint)


def _hint_key(complaint: Complaint, key: str) -> str | None:
    """None where the key may be a part of a secret."""
    is_open = redact_suspected(key) == key and complaint.hide_from() is None
    return f"write '{key}'" if is_open else None


def _unexpected(complaint: Complaint) -> Problem:
    if complaint.before.strip(" -"):
        return _after_the_end(complaint)
    if complaint.char == ":":
        return complaint.says("a ':' without a key before it", "write a name before the ':'")
    is_item = complaint.text[complaint.column - 1 :].split(" ")[0] == "-"
    among_items = complaint.start_char == "-"
    if complaint.column == complaint.start_column and is_item != among_items:
        if is_item:
            message = f"a list item among the keys that begin in line {complaint.start_line}"
            return complaint.says(message, "indent it below the key it belongs to")
        message = f"a key among the list items that begin in line {complaint.start_line}"
        return complaint.says(message, "indent it, or begin it with '- '")
    hint = f"align it with line {complaint.start_line} or with the line above"
    return complaint.says("this indentation fits none of the lines above", hint)


def _after_the_end(complaint: Complaint) -> Problem:
    last = complaint.before.rstrip()[-1]
    quotes = {"'": "double quotes", '"': "single quotes"}.get(last, "quotes")
    what = "quote" if last in "\"'" else shown(last)
    return complaint.says(f"text after the closing {what}", f"put the whole value in {quotes}")


def _unclosed(complaint: Complaint) -> Problem:
    opening = complaint.start_char
    closing = "]" if opening == "[" else "}"
    if complaint.line == complaint.start_line and complaint.char:
        opened = f"a '{opening}' is open since column {complaint.start_column}"
        message = f"a ',' or '{closing}' is missing before this: {opened}"
        return complaint.says(message, f"write ',' between two values, '{closing}' after the last")
    return complaint.at_start().says(
        f"the '{opening}' that opens here is never closed", f"write '{closing}' at its end"
    )


def _unclosed_quote(complaint: Complaint) -> Problem:
    complaint = complaint.at_start()
    return complaint.says("the quote that opens here is never closed", f"write {complaint.char} at its end")


def _escape(complaint: Complaint) -> Problem:
    column = complaint.text.rfind("\\", 0, complaint.column) + 1
    escape = complaint.text[column - 1 : column + 1]
    message = f"{escape} has no meaning between double quotes"
    return complaint.at(complaint.line, max(column, 1)).says(
        message, f"use single quotes, or write \\{escape}"
    )


def _no_character(complaint: Complaint) -> Problem:
    return complaint.at_start().says(
        "an escape in this text means no character", "write the character itself"
    )


def _empty_name(complaint: Complaint) -> Problem:
    complaint = complaint.at_start()
    what = "an alias" if complaint.char == "*" else "an anchor"
    return complaint.says(f"what begins with '{complaint.char}' is {what} in YAML", complaint.quoting())


def _block_text(complaint: Complaint) -> Problem:
    complaint = complaint.at_start()
    return complaint.says(
        f"'{complaint.char}' begins a block of text, which follows below it", complaint.quoting()
    )


def _no_content(complaint: Complaint) -> Problem:
    what = shown(complaint.char) if complaint.char else "the end of the line"
    return complaint.says(f"{what} where a value is expected", "write the value, or put it in quotes")


def _not_here(complaint: Complaint) -> Problem:
    hint = "begin a new line below the key, or put the value in quotes"
    return complaint.says(f"'{complaint.char}' isn't allowed here", hint)


def _tag(complaint: Complaint) -> Problem:
    hint = "remove it, or put the value in quotes"
    return complaint.at_start().says("a tag ('!...') has no meaning in a catalog", hint, "tag")


def _directive(complaint: Complaint) -> Problem:
    message = "a line that begins with '%' has no meaning here"
    return complaint.at_start().says(message, "remove the line", "directive")


def _too_deep(complaint: Complaint) -> Problem:
    # libyaml's own bound: it looks ahead, so that it may come before ours.
    message = f"more than {LIMITS.max_depth} levels of lists and maps in each other"
    return complaint.says(message, code="too-deep")


def _after_the_document(complaint: Complaint) -> Problem:
    return complaint.says(
        "nothing can follow here: the value before it is complete", "write 'key: value' lines"
    )


_WORDS: list[tuple[re.Pattern[str], Callable[[Complaint], Problem]]] = [
    (re.compile(pattern), words)
    for pattern, words in (
        ("maximum nesting depth", _too_deep),
        ("directive|incompatible", _directive),
        ("cannot start any token", _forbidden_start),
        ("mapping values are not allowed", _second_colon),
        ("could not find expected ':'", _missing_colon),
        ("found unexpected ':'", _tight_colon),
        ("expected ',' or", _unclosed),
        ("quoted scalar.*(?:end of stream|document (?:separator|indicator))", _unclosed_quote),
        ("unknown escape", _escape),
        ("quoted scalar", _no_character),
        ("alphabetic or numeric", _empty_name),
        ("while scanning a block scalar", _block_text),
        ("node content", _no_content),
        ("are not allowed", _not_here),
        ("(?:scanning|parsing) a tag|tag handle", _tag),
        ("<document start>", _after_the_document),
        ("<block end>|expected key|'-' indicator", _unexpected),
    )
]
