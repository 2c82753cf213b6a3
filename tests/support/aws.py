"""AWS on the wire: who signed a request, and the binary frames of an event stream."""

from __future__ import annotations

import json
import struct
import zlib
from typing import Any

from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recorded import Recorded

from support.signatures import signed_by


def signer(request: Recorded, secret: str) -> dict[str, str]:
    """Who signed, once the signature has been found right; what is sent in its place, if anything."""
    header = request.headers.get("authorization", "")
    if not header.startswith("AWS4-"):
        return {"authorization": header} if header else {}
    identity, region, service = signed_by(request, secret).split("/")
    return {"signed by": identity, "for": f"{region}/{service}"}


def frame(event: str, data: Any, kind: str = "event") -> bytes:
    """A message of an event stream: lengths, checksum, headers, payload, checksum."""
    types = {"event": ":event-type", "exception": ":exception-type"}
    headers = {":message-type": kind, types[kind]: event, ":content-type": "application/json"}
    head = b"".join(
        struct.pack("!B", len(name)) + name.encode() + struct.pack("!BH", 7, len(value)) + value.encode()
        for name, value in headers.items()
    )
    payload = json.dumps(data).encode()
    prelude = struct.pack("!II", 16 + len(head) + len(payload), len(head))
    message = prelude + struct.pack("!I", zlib.crc32(prelude)) + head + payload
    return message + struct.pack("!I", zlib.crc32(message))


def event_stream(*frames: bytes, **more: Any) -> Answer:
    return Answer(frames, kind="application/vnd.amazon.eventstream", **more)
