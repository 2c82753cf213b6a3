"""AWS's binary event streams, written by hand: https://smithy.io/2.0/aws/amazon-eventstream.html."""

from __future__ import annotations

from binascii import crc32
from collections.abc import Mapping
from struct import pack

KIND = "application/vnd.amazon.eventstream"
_TEXT = 7


def message(headers: Mapping[str, str], payload: bytes) -> bytes:
    """One message. All headers are texts."""
    written = b"".join(
        pack("!B", len(name)) + name.encode() + pack("!BH", _TEXT, len(value)) + value.encode()
        for name, value in headers.items()
    )
    prelude = pack("!II", 16 + len(written) + len(payload), len(written))
    checked = prelude + pack("!I", crc32(prelude)) + written + payload
    return checked + pack("!I", crc32(checked))


def event(kind: str, payload: bytes) -> bytes:
    """An event of this type, with JSON."""
    return message(
        {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}, payload
    )


def failing(kind: str, payload: bytes) -> bytes:
    """An exception of this type in the middle of a stream."""
    return message(
        {":exception-type": kind, ":content-type": "application/json", ":message-type": "exception"}, payload
    )
