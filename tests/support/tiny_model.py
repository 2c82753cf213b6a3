"""A chat model of random weights, small enough to be made for a test run: real files, real classes, no download."""

from __future__ import annotations

from pathlib import Path
from typing import Any

PLAIN = (
    "{% for message in messages %}<|begin|>{{ message.role }}\n{{ message.content }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|begin|>assistant\n{% endif %}"
)
WITH_TOOLS = (
    "{% if tools %}<|begin|>system\nTools:{% for tool in tools %} {{ tool | tojson }}{% endfor %}<|end|>\n{% endif %}"
    "{% for message in messages %}<|begin|>{{ message.role }}\n{{ message.content }}"
    "{% for call in message.tool_calls or [] %}<tool_call>{{ call.function | tojson }}</tool_call>{% endfor %}"
    "<|end|>\n{% endfor %}{% if add_generation_prompt %}<|begin|>assistant\n{% endif %}"
)
"""Chat templates: as most models have one, and one of a model that was trained to call tools."""

_TEXTS = [
    "The capital of France is Paris, and the capital of Italy is Rome.",
    "A model answers the question of a user in one short sentence: what, where, when, why and how.",
    "0123456789 +-*/=()[]{}<>.,:;!?'\" äöü éè 東京 🙂",
    "system user assistant tool Hello world",
]


def make_tiny_model(
    folder: Path,
    arch: str = "llama",
    *,
    template: str | None = PLAIN,
    hidden: int = 128,
    heads: int = 2,
    window: int = 1024,
    seed: int = 0,
) -> Path:
    """A folder that `from_pretrained` and vLLM load: 0.4 million parameters. Imports torch and transformers.

    `arch` is llama or gpt2. vLLM takes heads of 64 (hidden / heads) on a CPU, and refuses those of 16.
    """
    import torch
    import transformers

    torch.manual_seed(seed)
    tokenizer = _tokenizer(window)
    ids = {
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    if arch == "gpt2":
        shape = {"n_embd": hidden, "n_layer": 2, "n_head": heads, "n_positions": window}
        model: Any = transformers.GPT2LMHeadModel(
            transformers.GPT2Config(vocab_size=len(tokenizer), **shape, **ids)
        )
    else:
        shape = {"hidden_size": hidden, "intermediate_size": 2 * hidden, "num_hidden_layers": 2}
        shape |= {"num_attention_heads": heads, "num_key_value_heads": 1, "max_position_embeddings": window}
        config = transformers.LlamaConfig(
            vocab_size=len(tokenizer), tie_word_embeddings=False, **shape, **ids
        )
        model = transformers.LlamaForCausalLM(config)
    model.save_pretrained(folder)
    if template is not None:
        tokenizer.chat_template = template
    tokenizer.save_pretrained(folder)
    return folder


def _tokenizer(window: int) -> Any:
    import tokenizers
    import transformers

    bytes_of = tokenizers.pre_tokenizers.ByteLevel
    core = tokenizers.Tokenizer(tokenizers.models.BPE())
    core.pre_tokenizer = bytes_of(add_prefix_space=False)
    core.decoder = tokenizers.decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=480,
        special_tokens=["<|pad|>", "<|begin|>", "<|end|>"],
        initial_alphabet=bytes_of.alphabet(),
        show_progress=False,
    )
    core.train_from_iterator(_TEXTS * 8, trainer)
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=core,
        bos_token="<|begin|>",
        eos_token="<|end|>",
        pad_token="<|pad|>",
        model_max_length=window,
    )


def word_of(text: str) -> str:
    """Two letters that stand in the text, not at its start: what random weights write is partly no text at all."""
    at = next(at for at in range(2, len(text)) if text[at : at + 2].isalpha() and text[at : at + 2].isascii())
    return text[at : at + 2]
