"""What batches are worth, and what ours cost: a small model that answers one at a time, in our batches, and in the same
batches by hand.

    python benchmarks/batching.py [--rounds 7] [--calls 64] [--tokens 32] [--hidden 512]

Each round does the same calls all three ways, one after the other; a line is the median of the rounds' ratios, with the
smallest and the largest, and the goal beside it. Needs the `hf` extra. The model is made of random weights; nothing is
downloaded.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.tiny_model import make_tiny_model

SIZE = 32


def seconds(job: Callable[[], object]) -> float:
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def measure(folder: Path, calls: int, tokens: int, rounds: int) -> tuple[list[float], list[float]]:
    """For each round: our rate by that of the same batches by hand, and by that of one call at a time."""
    from modelcatalog import resolve

    prompts = [f"Question {at}: what is the capital of country number {at % 7}?" for at in range(calls)]
    options: dict[str, Any] = {"max_tokens": tokens, "temperature": 0}
    resolved = resolve("hf/local", model_path=folder, batch_size=SIZE)
    single = resolve("hf/local", model_path=folder, batch_size=1, sync=True)

    def batched() -> None:
        async def ask() -> None:
            replies = await asyncio.gather(*(resolved.chat(prompt, **options) for prompt in prompts))
            assert all(reply.usage.output_tokens == tokens for reply in replies if reply.usage)

        asyncio.run(ask())

    def one_at_a_time() -> None:
        for prompt in prompts:
            single.chat(prompt, **options)

    model, tokenizer = resolved.client.model, resolved.client.tokenizer
    model.generation_config.eos_token_id = single.client.model.generation_config.eos_token_id = None

    def by_hand() -> None:
        texts = [
            tokenizer.apply_chat_template(
                [{"role": "user", "content": prompt}], add_generation_prompt=True, tokenize=False
            )
            for prompt in prompts
        ]
        for at in range(0, calls, SIZE):
            rows = tokenizer(
                texts[at : at + SIZE], padding=True, return_tensors="pt", add_special_tokens=False
            )
            made = model.generate(**rows, max_new_tokens=tokens, do_sample=False)
            tokenizer.batch_decode(made[:, rows["input_ids"].shape[1] :], skip_special_tokens=True)

    for job in (batched, by_hand):
        job()
    hand, alone = [], []
    for at in range(rounds):
        jobs = [batched, by_hand] if at % 2 else [by_hand, batched]
        took = {job: seconds(job) for job in jobs}
        hand.append(took[by_hand] / took[batched])
        if at < max(1, rounds // 3):
            alone.append(seconds(one_at_a_time) / took[batched])
    asyncio.run(resolved.aclose())
    single.close()
    return hand, alone


def line(name: str, ratios: list[float], goal: float) -> str:
    low, middle, high = min(ratios), statistics.median(ratios), max(ratios)
    verdict = "ok" if middle >= goal else "MISSED"
    return f"{name:<58} {middle:8.3f}  ({low:.3f} to {high:.3f})  goal {goal:<6g} {verdict}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--calls", type=int, default=64)
    parser.add_argument("--tokens", type=int, default=32)
    parser.add_argument("--hidden", type=int, default=512)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = make_tiny_model(Path(folder) / "model", hidden=options.hidden, heads=options.hidden // 64)
        hand, alone = measure(path, options.calls, options.tokens, options.rounds)
    print(line("answers a second, in our batches / in the same by hand", hand, 0.95))
    print(line("answers a second, in our batches / one at a time", alone, 1.0))


if __name__ == "__main__":
    main()
