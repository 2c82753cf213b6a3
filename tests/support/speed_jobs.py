"""What is measured of the product's speed, and the floor that each part is measured by: code for processes of its own.

`benchmarks/run.py` takes the CPU time of both, and tests/speed counts their instructions and modules.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

NOTHING = "pass"
SERVICE = "http://127.0.0.1:9/v1"
HELLO = (
    "import typer\napp = typer.Typer()\n@app.command()\ndef hello() -> None:\n    typer.echo('hello')\napp()"
)
SDKS = {
    "openai": f"import openai; openai.AsyncOpenAI(api_key='sk-x', base_url={SERVICE!r})",
    "anthropic": "import anthropic; anthropic.AsyncAnthropic(api_key='sk-x')",
    "google": "from google import genai; genai.Client(api_key='sk-x')",
    "mistral": "from mistralai.client import Mistral; Mistral(api_key='sk-x')",
    "groq": "import groq; groq.AsyncGroq(api_key='sk-x')",
    "bedrock": "import aioboto3; aioboto3.Session().client('bedrock-runtime', region_name='us-east-1')",
    "azureai": (
        "from azure.ai.inference.aio import ChatCompletionsClient\n"
        "from azure.core.credentials import AzureKeyCredential\n"
        "ChatCompletionsClient('https://x.services.ai.azure.com/models', AzureKeyCredential('sk-x'))"
    ),
}
"""For each SDK, its import and its constructor. Bedrock's opens its client only when it is entered, as ours does."""

_NAMES = {
    "openai": "'p7/m7', api_key='sk-x'",
    "anthropic": "'anthropic/m', api_key='sk-x'",
    "google": "'google/m', api_key='sk-x'",
    "mistral": "'mistral/m', api_key='sk-x'",
    "groq": "'groq/m', api_key='sk-x'",
    "bedrock": "'bedrock/m', api_key='sk-x', region='us-east-1'",
    "azureai": "'azureai/m', api_key='sk-x', base_url='https://x.services.ai.azure.com/models'",
}
_COMMAND = "import sys; sys.argv = ['catalog', {}]; from modelcatalog.resolver.cli import main; main()"


class Job(NamedTuple):
    """Code against its floor, each in a process of its own; in a home whose catalog has so many entries."""

    code: str
    floor: str
    entries: int = 1000


def _resolve(provider: str) -> str:
    return f"from modelcatalog import resolve; resolve({_NAMES[provider]})"


JOBS = {
    "import": Job("import modelcatalog.resolver", NOTHING),
    "list": Job(_COMMAND.format("'list'"), HELLO),
    "check": Job(_COMMAND.format("'check'"), HELLO),
    "explain": Job(_COMMAND.format("'explain', 'openai/gpt-5'"), HELLO),
    **{f"cold {name}": Job(_resolve(name), floor) for name, floor in SDKS.items()},
    "cold openai, 10,000 entries": Job(_resolve("openai"), SDKS["openai"], 10_000),
}


class Loop(NamedTuple):
    """Two functions, `ours` and `floor`, that `setup` defines: how often each is done is given."""

    setup: str
    entries: int = 1000


_CLIENTS = f"""
import time, openai
from modelcatalog import explain, resolve
def floor(): openai.AsyncOpenAI(api_key='sk-x', base_url={SERVICE!r})
plan = explain('p7/m7', api_key='sk-x')
time.sleep(2.1)
"""
_DOTENV = """
import io, itertools, pathlib, dotenv
from modelcatalog.resolver.credentials.environment import Environment
file = pathlib.Path('thousand.env')
texts = itertools.cycle([''.join(f'SERVICE_{at}_KEY="{kind}-of-{at}"\\n' for at in range(1000)) for kind in KINDS])
def floor():
    file.write_text(next(texts))
    dotenv.dotenv_values(stream=io.StringIO(file.read_text()), interpolate=False)
def ours():
    file.write_text(next(texts))
    for _ in range(3): Environment(dotenv=file).look(['SERVICE_500_KEY'])
"""
_ENTRIES = """
import json, pathlib
from modelcatalog.catalog.loading.loader import compile_text
text = next(pathlib.Path('c', 'modelcatalog').glob('models.yaml')).read_text()
data = json.dumps([{'at': at, 'name': f'm{at}', 'tools': True, 'cost': {'input': 2.5}} for at in range(ENTRIES)])
def ours():
    layer = compile_text(text, kind='user', shown='models.yaml')
    assert not layer.problems
def floor(): json.loads(data)
"""
_FAILURES = """
import os, subprocess, sys, openai
for at in range(SECRETS): os.environ[f'SERVICE_{at}_API_KEY'] = f'{at:04}' * 10
from modelcatalog import resolve
server = subprocess.Popen([sys.executable, '-c', SERVER], stdout=subprocess.PIPE, env={})
url = f'http://127.0.0.1:{int(server.stdout.readline())}/v1'
import atexit; atexit.register(server.kill)
bare = openai.OpenAI(api_key='sk-x', base_url=url, max_retries=0)
model = resolve('openai/m', api_key='sk-abcdefghijklmnop1234', base_url=url, max_retries=0, sync=True)
def tried(call):
    try: call()
    except Exception: return
    raise SystemExit('the call did not fail')
def floor(): tried(lambda: bare.chat.completions.create(model='m', messages=[{'role': 'user', 'content': 'x'}]))
def ours(): tried(lambda: model.chat('x'))
"""
_SERVER = """
import http.server, json
class Refusing(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_POST(self):
        self.rfile.read(int(self.headers['content-length']))
        said = 'Incorrect API key provided: sk-x. You can find your API key at https://platform.openai.com/account.'
        body = json.dumps({'error': {'message': said, 'code': 'invalid_api_key'}}).encode()
        self.send_response(400)
        self.send_header('content-type', 'application/json')
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Refusing)
print(server.server_address[1], flush=True)
server.serve_forever()
"""


def failures(secrets: int) -> Loop:
    """A call that a server refuses, with so many variables set whose names say that they are secret."""
    return Loop(_FAILURES.replace("SECRETS", str(secrets)).replace("SERVER", repr(_SERVER)))


def compiling(entries: int) -> Loop:
    """Compiling and validating a file of so many entries; its floor is a JSON text of as many small objects."""
    return Loop(_ENTRIES.replace("ENTRIES", str(entries)), entries)


LOOPS = {
    "further client": Loop(f"{_CLIENTS}def ours(): resolve('p7/m7', api_key='sk-x')\n"),
    "client of a plan": Loop(f"{_CLIENTS}def ours(): plan.build()\n"),
    "dotenv that changed": Loop(_DOTENV.replace("KINDS", "('one', 'two')")),
    "dotenv that did not": Loop(_DOTENV.replace("KINDS", "('one',)")),
    **{f"failing call, {secrets} secrets": failures(secrets) for secrets in (0, 200)},
    "compile 1,000 entries": compiling(1000),
}

LOOP = """
{setup}
import sys
which, times = sys.argv[1], int(sys.argv[2])
ours(), floor(), ours(), floor()
for _ in range(times): (ours if which == 'ours' else floor)()
"""
"""A loop as a process: its arguments are `ours` or `floor`, and how often."""


def environment(folder: Path) -> dict[str, str]:
    """The variables of each process: a home of its own, and next to nothing else."""
    keep = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
    own = {"HOME": folder, "XDG_CONFIG_HOME": folder / "c", "XDG_CACHE_HOME": folder / "k"}
    return keep | {"PYTHONHASHSEED": "0"} | {name: str(path) for name, path in own.items()}


def home(folder: Path, entries: int) -> Path:
    """A home whose user catalog has so many entries (models), on 40 providers; compiled by a first run."""
    place = folder / f"home-{entries}"
    file = place / "c" / "modelcatalog" / "models.yaml"
    if file.exists():
        return place
    providers = min(40, entries // 10)
    text = ["catalog: 1", "providers:"]
    for provider in range(providers):
        text += [f"  p{provider}:", f"    base_url: http://127.0.0.1:9/{provider}/v1", "    models:"]
        for model in range(entries // providers):
            text.append(
                f"      m{model}: {{context_window: 131072, max_output_tokens: 8192, tools: true, reasoning: false, "
                f"released: '2026-01-01', cost: {{input: 2.5, output: 10}}}}"
            )
    file.parent.mkdir(parents=True)
    file.write_text("\n".join(text) + "\n", encoding="utf-8")
    os.utime(file, (1_700_000_000, 1_700_000_000))
    for _ in range(2):
        explain = "from modelcatalog import explain; explain('p7/m7', api_key='sk-x')"
        subprocess.run([sys.executable, "-c", explain], cwd=place, env=environment(place), check=True)
    return place
