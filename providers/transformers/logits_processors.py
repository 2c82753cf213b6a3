"""What looks at each step of `generate`: seeded sampling, probabilities, and an end when nobody listens any more.

The library's own samplers draw from a generator that the whole process shares: a seed set there would hold for every
model and every row of a batch. Here each row draws from a generator of its own, so that its answer doesn't depend on
who else asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from modelcatalog.catalog.diagnostics.errors import ArgumentError

# In the order in which transformers applies them, with the values that mean "not at all".
_WARPERS = (
    ("temperature", "TemperatureLogitsWarper", (None, 1.0)),
    ("top_k", "TopKLogitsWarper", (None, 0)),
    ("top_p", "TopPLogitsWarper", (None, 1.0)),
    ("min_p", "MinPLogitsWarper", (None,)),
)
_OTHERS = ("typical_p", "epsilon_cutoff", "eta_cutoff", "top_h")


def sampler(model: Any, options: Mapping[str, Any], seeds: Sequence[int | None]) -> SeededChoice | None:
    """What draws the tokens of these rows by their seeds; None where no row has one, or nothing is drawn."""
    usual = model.generation_config
    values = {name: options.get(name, getattr(usual, name, None)) for name, _, _ in _WARPERS}
    is_sampling = options.get("do_sample", usual.do_sample)
    if not is_sampling or all(seed is None for seed in seeds):
        return None
    if options.get("num_beams", 1) != 1:
        raise ArgumentError("A beam search can't be seeded.", argument="num_beams")
    for name in _OTHERS:
        if options.get(name) is not None:
            raise ArgumentError(f"{name} can't be had together with a seed.", argument=name)
    sdk = import_module("transformers")
    warpers = [
        getattr(sdk, kind)(values[name]) for name, kind, nothing in _WARPERS if values[name] not in nothing
    ]
    return SeededChoice(sdk.LogitsProcessorList(warpers), seeds)


class SeededChoice:
    """A logits processor that leaves one token of each row: the one drawn by the row's own generator."""

    takes = frozenset({"do_sample", *(name for name, _, _ in _WARPERS)})

    def __init__(self, warpers: Any, seeds: Sequence[int | None]) -> None:
        self._warpers = warpers
        torch = import_module("torch")
        self._generators = [torch.Generator() for _ in seeds]
        for generator, seed in zip(self._generators, seeds, strict=True):
            generator.seed() if seed is None else generator.manual_seed(seed)

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        torch = import_module("torch")
        shares = torch.softmax(self._warpers(input_ids, scores), dim=-1).float().cpu()
        drawn = [
            int(torch.multinomial(row, 1, generator=generator))
            for row, generator in zip(shares, self._generators, strict=True)
        ]
        chosen = torch.full_like(scores, float("-inf"))
        chosen[torch.arange(len(drawn)), torch.tensor(drawn, device=scores.device)] = 0.0
        return chosen


class Recorder:
    """A logits processor that notes how likely each token was. It keeps one step of the whole vocabulary, not all."""

    def __init__(self, top: int) -> None:
        self._top = top
        self._steps: list[list[tuple[float, list[tuple[int, float]]]]] = []
        self._tokens: list[list[int]] = []
        self._last: Any = None

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        self._note(input_ids[:, -1])
        self._last = import_module("torch").log_softmax(scores.float(), dim=-1)
        return scores

    def rows(self, last: Any, tokenizer: Any) -> list[list[TokenLogprob]]:
        """For each row its tokens in their order; `last` are the last tokens of all rows."""
        self._note(last)
        return [
            [
                TokenLogprob(
                    tokenizer.decode([tokens[row]]),
                    step[row][0],
                    tuple((tokenizer.decode([token]), value) for token, value in step[row][1]),
                )
                for tokens, step in zip(self._tokens, self._steps, strict=True)
            ]
            for row in range(len(last))
        ]

    def _note(self, tokens: Any) -> None:
        if self._last is None:
            return
        chosen = self._last.gather(1, tokens[:, None].to(self._last.device))[:, 0].tolist()
        tops: list[list[tuple[int, float]]] = [[] for _ in chosen]
        if self._top:
            values, indices = self._last.topk(self._top, dim=-1)
            tops = [
                list(zip(*row, strict=True)) for row in zip(indices.tolist(), values.tolist(), strict=True)
            ]
        self._tokens.append(tokens.tolist())
        self._steps.append(list(zip(chosen, tops, strict=True)))


class Abandoned:
    """A stopping criterion: true once the function says so."""

    def __init__(self, is_abandoned: Callable[[], bool]) -> None:
        self._is_abandoned = is_abandoned

    def __call__(self, input_ids: Any, *_: Any, **__: Any) -> Any:
        torch = import_module("torch")
        return torch.full(
            (input_ids.shape[0],), self._is_abandoned(), dtype=torch.bool, device=input_ids.device
        )


class TokenLogprob(NamedTuple):
    """A token of an answer, with the natural logarithm of its probability, and the likeliest ones at its place."""

    token: str
    logprob: float
    top: tuple[tuple[str, float], ...] = ()
