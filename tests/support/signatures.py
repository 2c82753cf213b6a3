"""Signatures of AWS, computed anew from what arrived."""

from __future__ import annotations

import re
from importlib import import_module

from modelcatalog.providers.testing.recorded import Recorded

_HEADER = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request, "
    r"SignedHeaders=(?P<signed>[^,]+), Signature=(?P<signature>[0-9a-f]{64})"
)


def signed_by(request: Recorded, secret: str) -> str:
    """Access key, region and service of the signature, when it is that of this secret key."""
    found = _HEADER.fullmatch(request.headers.get("authorization", ""))
    assert found is not None, request.headers.get("authorization")
    headers = {name: request.headers[name] for name in found["signed"].split(";")}
    assert {"host", "x-amz-date"} <= headers.keys()
    url = f"http://{request.headers['host']}{request.target}"
    again = import_module("botocore.awsrequest").AWSRequest(
        request.method, url, headers=headers, data=request.body
    )
    again.context["timestamp"] = headers["x-amz-date"]
    credentials = import_module("botocore.credentials").Credentials(found["key"], secret)
    signer = import_module("botocore.auth").SigV4Auth(credentials, found["service"], found["region"])
    text = signer.string_to_sign(again, signer.canonical_request(again))
    assert signer.signature(text, again) == found["signature"], "not signed with this secret key"
    return f"{found['key']}/{found['region']}/{found['service']}"
