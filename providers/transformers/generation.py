"""Calls become arguments of `generate`, and its rows become answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from modelcatalog.catalog.diagnostics.errors import ArgumentError, UnknownArgumentError
from modelcatalog.providers.transformers.stop_sequences import before_stop

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatCall
    from modelcatalog.providers.transformers.logits_processors import TokenLogprob

USUAL_LIMIT = 2048
"""Tokens of an answer where neither the call nor the model says how many, and the model's window has room for them."""

_LOGPROBS = ("logprobs", "top_logprobs")
# Set by us, or of an effect that one answer a call has no place for.
_OURS = ("num_return_sequences", "max_new_tokens", "max_length", "stop_strings", "return_dict_in_generate")
_MOST_LOGPROBS = 20


class PromptTooLongError(ValueError):
    """The prompt leaves no room for an answer. `tokens` it has, `window` the model takes."""

    def __init__(self, tokens: int, window: int) -> None:
        super().__init__(f"the prompt has {tokens} tokens, and the model's window is {window}")
        self.tokens = tokens
        self.window = window


@dataclass(frozen=True)
class Answer:
    """What the model wrote. `token_ids` are those of the answer alone; `text` ends before a stop; `stop_reason` is
    stop or length. `logprobs` only where they were asked for.
    """

    text: str
    token_ids: tuple[int, ...]
    stop_reason: str
    input_tokens: int
    logprobs: tuple[TokenLogprob, ...] = ()


@dataclass(frozen=True)
class Settings:
    """All that a batch has in common."""

    limit: int
    stop: tuple[str, ...] = ()
    keeps_special_tokens: bool = False
    top_logprobs: int | None = None
    options: tuple[tuple[str, Any], ...] = ()
    key: tuple[Any, ...] = field(default=(), repr=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Settings) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


class Ask(NamedTuple):
    """One row of a batch: the prompt as tokens, and its own seed."""

    token_ids: list[int]
    settings: Settings
    seed: int | None = None


def settings_of(
    call: ChatCall, stop: Sequence[str], limit: int, *, keeps_special_tokens: bool, sdk: Any
) -> Settings:
    """The settings that a call asks for; `stop` are places to stop at besides its own. Raises ArgumentError."""
    extra = dict(call.extra)
    top = _top_logprobs(extra)
    options = {**extra, **_sampling(call)}
    _demand_known(options, sdk)
    stops = (*([call.stop] if isinstance(call.stop, str) else call.stop or ()), *stop)
    stops = tuple(dict.fromkeys(filter(None, stops)))
    if top is not None and options.get("num_beams", 1) != 1:
        raise ArgumentError("logprobs can't be had of a beam search.", argument="num_beams")
    ordered = tuple(sorted(options.items()))
    key = (limit, stops, keeps_special_tokens, top, call.seed is None, repr(ordered))
    return Settings(limit, stops, keeps_special_tokens, top, ordered, key)


def limit_of(call: ChatCall, tokens: int, window: int | None, usual: int | None) -> int:
    """How many tokens the answer may have. Raises PromptTooLongError when there is no room for one."""
    wanted = call.max_tokens if call.max_tokens is not None else usual or USUAL_LIMIT
    if wanted < 1:
        raise ArgumentError(f"max_tokens is {wanted}; expected 1 or more.", argument="max_tokens")
    if window is None:
        return wanted
    if tokens >= window:
        raise PromptTooLongError(tokens, window)
    return min(wanted, window - tokens)


def generate(
    model: Any,
    tokenizer: Any,
    asks: Sequence[Ask],
    *,
    streamer: Any = None,
    is_abandoned: Callable[[], bool] | None = None,
) -> list[Answer]:
    """An answer for each ask, all of the same settings, by one call of the model's own `generate`."""
    from modelcatalog.providers.transformers.logits_processors import Abandoned, Recorder, sampler

    torch, sdk = import_module("torch"), import_module("transformers")
    settings = asks[0].settings
    options = dict(settings.options)
    ends = _ends(model, options)
    pad = _padding(tokenizer, ends)
    rows = _rows([ask.token_ids for ask in asks], pad, model.device)
    recorder = None if settings.top_logprobs is None else Recorder(settings.top_logprobs)
    seeded = sampler(model, options, [ask.seed for ask in asks])
    processors = [one for one in (recorder, seeded) if one is not None]
    if seeded is not None:
        options = {
            "do_sample": False,
            **{name: value for name, value in options.items() if name not in seeded.takes},
        }
    if options.get("do_sample") is False:
        options |= dict.fromkeys(("temperature", "top_p", "top_k"))
    with torch.inference_mode():
        made = model.generate(
            **rows,
            **options,
            max_new_tokens=settings.limit,
            pad_token_id=pad,
            return_dict_in_generate=False,
            **({"stop_strings": list(settings.stop), "tokenizer": tokenizer} if settings.stop else {}),
            **({"streamer": streamer} if streamer is not None else {}),
            logits_processor=sdk.LogitsProcessorList(processors),
            stopping_criteria=sdk.StoppingCriteriaList([Abandoned(is_abandoned)] if is_abandoned else []),
        )
    width = rows["input_ids"].shape[1]
    written = [row[width:] for row in made.tolist()]
    noted = recorder.rows(made[:, -1], tokenizer) if recorder is not None else [()] * len(asks)
    return [
        _answer(tokenizer, ask, tokens, logprobs, ends=ends, pad=pad)
        for ask, tokens, logprobs in zip(asks, written, noted, strict=True)
    ]


def _rows(prompts: list[list[int]], pad: int, device: Any) -> dict[str, Any]:
    """Prompts of one length: they are filled up on the left, where the answer doesn't follow."""
    torch = import_module("torch")
    width = max(map(len, prompts))
    filled = [[pad] * (width - len(prompt)) + prompt for prompt in prompts]
    mask = [[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts]
    return {
        "input_ids": torch.tensor(filled, device=device),
        "attention_mask": torch.tensor(mask, device=device),
    }


def _answer(
    tokenizer: Any,
    ask: Ask,
    tokens: list[int],
    logprobs: Sequence[TokenLogprob],
    *,
    ends: frozenset[int],
    pad: int,
) -> Answer:
    """A row without what fills it up behind its end."""
    settings = ask.settings
    at = next((at for at, token in enumerate(tokens) if token in ends), None)
    stop_reason = "length" if at is None else "stop"
    kept = tokens if at is None else tokens[: at + 1]
    text = tokenizer.decode(kept, skip_special_tokens=not settings.keeps_special_tokens)
    cut = before_stop(text, settings.stop)
    if cut is not None:
        text, stop_reason = cut, "stop"
        while kept and kept[-1] == pad:
            kept = kept[:-1]
    return Answer(text, tuple(kept), stop_reason, len(ask.token_ids), tuple(logprobs[: len(kept)]))


def _padding(tokenizer: Any, ends: frozenset[int]) -> int:
    """What fills rows up; it is never looked at, so a model that has no token for it takes another."""
    own = tokenizer.pad_token_id
    return int(own) if own is not None else min(ends, default=0)


def _ends(model: Any, options: Mapping[str, Any]) -> frozenset[int]:
    ends = options.get("eos_token_id", model.generation_config.eos_token_id)
    return frozenset([ends] if isinstance(ends, int) else ends or ())


def _sampling(call: ChatCall) -> dict[str, Any]:
    """What the call says of sampling; the model's own generation_config holds for what it doesn't say."""
    if call.temperature is not None and call.temperature < 0:
        raise ArgumentError(f"temperature is {call.temperature}; expected 0 or more.", argument="temperature")
    if call.temperature == 0:
        return {"do_sample": False}
    given = {"temperature": call.temperature, "top_p": call.top_p}
    said = {name: float(value) for name, value in given.items() if value is not None}
    return {"do_sample": True, **said} if said else {}


def _top_logprobs(extra: dict[str, Any]) -> int | None:
    """How many alternatives are wanted for each token, None when no logprobs are; taken out of the options."""
    wanted, top = (extra.pop(name, None) for name in _LOGPROBS)
    if top is not None and (
        isinstance(top, bool) or not isinstance(top, int) or not 0 <= top <= _MOST_LOGPROBS
    ):
        raise ArgumentError(
            f"top_logprobs is {top!r}; expected 0 to {_MOST_LOGPROBS}.", argument="top_logprobs"
        )
    return (top or 0) if wanted or top else None


def _demand_known(options: Mapping[str, Any], sdk: Any) -> None:
    known = generation_options(sdk)
    for name in options:
        if name not in known:
            from modelcatalog.catalog.diagnostics.suggestions import nearest

            near = nearest(name, sorted(known))
            guess = f" Did you mean {near[0]!r}?" if near else ""
            raise UnknownArgumentError(
                f"generate has no option {name!r}, or it is set by the call itself.{guess}",
                argument=name,
                suggestions=near,
            )


# The names in the SDK's own class.
@cache
def generation_options(sdk: Any) -> frozenset[str]:
    """The options of `generate` that a call may set: the fields of transformers' GenerationConfig, less ours."""
    fields = vars(sdk.GenerationConfig())
    taken = (*_OURS, "transformers_version")
    return frozenset(name for name in fields if not name.startswith(("_", "output_")) and name not in taken)
