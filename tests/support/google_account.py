"""A made-up service account of Google: its file, and the loopback endpoint that gives tokens for its signature."""

from __future__ import annotations

import json
import threading
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

TOKEN = "ya29.sentinel-token-of-the-account-1234"
ADDRESS = "robot@made-up.iam.gserviceaccount.com"


@dataclass
class Account:
    """What the token endpoint was asked: the claims of each assertion, whose signatures it has verified."""

    claims: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""
    private_key: str = field(default="", repr=False)
    refuses: bool = False

    def file(self, folder: Path, **more: Any) -> Path:
        """The account's file, as the cloud console gives it."""
        path = folder / "account.json"
        info = {
            "type": "service_account",
            "project_id": "project-of-the-file",
            "private_key_id": "key-1",
            "private_key": self.private_key,
            "client_email": ADDRESS,
            "token_uri": self.url,
        }
        path.write_text(json.dumps({**info, **more}))
        return path


@cache
def account() -> Account:
    """The account, with its endpoint running until the process ends."""
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    # Thrown away with the process; small, as making a big one takes seconds.
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    made = Account(private_key=pem.decode())

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            signed, _, signature = form["assertion"][0].rpartition(".")
            key.public_key().verify(_decoded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
            made.claims.append(json.loads(_decoded(signed.split(".")[1])))
            if made.refuses:
                status = 400
                told: dict[str, Any] = {"error": "invalid_grant", "error_description": "Account not found"}
            else:
                status = 200
                told = {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"}
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name it has in the standard library
            """Nothing on stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}/token"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return made


def token_of(text: str) -> Any:
    """Credentials that hold this token and can't get another."""
    return import_module("google.oauth2.credentials").Credentials(text)


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
