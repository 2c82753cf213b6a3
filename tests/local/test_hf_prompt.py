"""Chats as the models of this process get them, written by transformers' own tokenizers and templates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.providers.adapter.chat_types import ChatCall
from modelcatalog.providers.adapter.tool_types import Tool, ToolCall
from modelcatalog.providers.local.chat_template import FALLBACK, ChatFormat
from modelcatalog.providers.local.template_options import template_text

WEATHER = Tool(
    "weather", "Tells the weather.", {"type": "object", "properties": {"city": {"type": "string"}}}
)
TIME = Tool("time", "Tells the time.")
HELLO = ({"role": "user", "content": "Hello"},)
WITH_SYSTEM = ({"role": "system", "content": "Be terse."}, *HELLO)
HISTORY: tuple[dict[str, Any], ...] = (
    *HELLO,
    {
        "role": "assistant",
        "content": "",
        "tool_calls": [
            ToolCall("toolu_01", "weather", {"city": "Paris"}),
            {"id": "toolu_02", "type": "function", "function": {"name": "time", "arguments": '{"zone": 1}'}},
        ],
    },
    {"role": "tool", "tool_call_id": "toolu_01", "content": "sunny"},
    {"role": "tool", "tool_call_id": "toolu_02", "content": {"hour": 9}},
)

# As strict as those of Gemma, Llama 3.1, Mistral and Hermes.
BY_TURNS = (
    "{% if messages[0].role == 'system' %}{{ raise_exception('no system here') }}{% endif %}"
    "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('user and assistant must take turns') }}{% endif %}<{{ m.role }}>{{ m.content }}{% endfor %}"
)
ONE_CALL = (
    "{% if tools %}T{{ tools | length }}{% endif %}{% for m in messages %}{% if 'tool_calls' in m %}"
    "{% if m.tool_calls | length != 1 %}{{ raise_exception('one call at once') }}{% endif %}"
    "<call>{{ m.tool_calls[0].function.name }}{% else %}<{{ m.role }}>{{ m.content }}{% endif %}{% endfor %}"
)
NINE_CHARACTERS = (
    "{% if tools %}T{% endif %}{% for m in messages %}<{{ m.role }}>{{ m.content }}"
    "{% for c in m.tool_calls %}{% if c.id | length != 9 %}{{ raise_exception('nine letters') }}{% endif %}{{ c.id }},"
    "{% endfor %}{% if m.role == 'tool' %}{% if m.tool_call_id | length != 9 %}{{ raise_exception('nine letters') }}"
    "{% endif %}={{ m.tool_call_id }}{% endif %}{% endfor %}"
)
NAMED_RESULTS = (
    "{% if tools %}T{% endif %}{% for m in messages %}{% if m.role == 'tool' and m.name is not defined %}"
    "{{ raise_exception('name the function') }}{% endif %}<{{ m.role }}>{{ m.name }}:{{ m.content }}{% endfor %}"
)
SPECIAL = "<|eom|>"


@pytest.fixture(scope="module")
def tokenizers(tiny_model: Path, tools_model: Path, base_model: Path) -> dict[str, Any]:
    import transformers

    load = transformers.AutoTokenizer.from_pretrained
    return {"plain": load(tiny_model), "tools": load(tools_model), "base": load(base_model)}


@pytest.fixture
def plain(tokenizers: dict[str, Any]) -> Any:
    """A tokenizer whose template knows no tools."""
    return tokenizers["plain"]


@pytest.fixture
def tools(tokenizers: dict[str, Any]) -> Any:
    """A tokenizer whose template tells of tools."""
    return tokenizers["tools"]


@pytest.fixture
def base(tokenizers: dict[str, Any]) -> Any:
    """A tokenizer without a template."""
    return tokenizers["base"]


def call(messages: Any = HELLO, **options: Any) -> ChatCall:
    return ChatCall.of("m", messages, options=options)


def prompt_of(written: ChatFormat, messages: Any = HELLO, **options: Any) -> str:
    return written.prompt(call(messages, **options)).text


# ---- Templates


def test_the_models_own_template_is_used(plain: Any) -> None:
    prompt = ChatFormat(plain).prompt(call(WITH_SYSTEM))
    assert prompt.text == (
        "<|begin|>system\nBe terse.<|end|>\n<|begin|>user\nHello<|end|>\n<|begin|>assistant\n"
    )
    assert (prompt.add_special_tokens, prompt.stop) == (False, ())


def test_a_template_is_given_as_text_or_as_a_file(plain: Any, tmp_path: Path) -> None:
    text = "{% for m in messages %}[{{ m.content }}]{% endfor %}"
    file = tmp_path / "chat.jinja"
    file.write_text(text, encoding="utf-8")
    for given in (text, str(file), file):
        assert prompt_of(ChatFormat(plain, given)) == "[Hello]"


def test_a_model_without_a_template_takes_a_given_one(base: Any) -> None:
    written = ChatFormat(base, "{{ messages[0].content }}")
    prompt = written.prompt(call())
    assert (prompt.text, prompt.add_special_tokens, prompt.stop) == ("Hello", False, ())


def test_one_of_several_templates_is_named(tiny_model: Path) -> None:
    import transformers

    several = transformers.AutoTokenizer.from_pretrained(tiny_model)
    several.chat_template = {"default": "default", "rag": "rag", "tool_use": "{{ tools | length }} tools"}
    assert prompt_of(ChatFormat(several)) == "default"
    assert prompt_of(ChatFormat(several, "rag")) == "rag"
    assert prompt_of(ChatFormat(several), tools=[WEATHER]) == "1 tools"


def test_template_kwargs_reach_the_template(plain: Any) -> None:
    written = ChatFormat(
        plain, "{{ messages[0].content }}{{ ', thinking' if enable_thinking }}", {"enable_thinking": True}
    )
    assert prompt_of(written) == "Hello, thinking"


def test_template_kwargs_say_that_an_answer_has_begun(plain: Any) -> None:
    written = ChatFormat(plain, None, {"add_generation_prompt": False, "continue_final_message": True})
    assert prompt_of(written, [*HELLO, {"role": "assistant", "content": "Good"}]).endswith("assistant\nGood")


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("./nowhere.jinja", "'./nowhere.jinja' is neither the text of one nor a file that is there"),
        ("", "neither"),
        ("x" * 5000, "neither"),
        (7, "expected text, got int"),
        ("{% for %}", "no template of Jinja"),
    ],
)
def test_what_is_no_template_is_said_to_be_none(plain: Any, template: Any, words: str) -> None:
    with pytest.raises(ArgumentError, match="chat_template") as caught:
        ChatFormat(plain, template)
    assert words in str(caught.value)
    assert caught.value.argument == "chat_template"


def test_a_template_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    file = tmp_path / "chat.jinja"
    file.write_bytes("ä{{ x }}".encode("latin-1"))
    with pytest.raises(ArgumentError, match=r"chat\.jinja isn't UTF-8"):
        template_text(file)


@pytest.mark.parametrize("kwargs", ["enable_thinking", ["a"], {"tokenize": True, "tools": []}])
def test_template_kwargs_that_cannot_be_given_are_refused(plain: Any, kwargs: Any) -> None:
    with pytest.raises(ArgumentError, match="template_kwargs"):
        ChatFormat(plain, None, kwargs)


def test_a_tokenizer_that_writes_chats_by_code_of_its_own_makes_the_tokens_too(base_model: Path) -> None:
    import transformers

    def write(self: Any, conversation: Any, tools: Any = None, tokenize: bool = True, **_: Any) -> Any:
        """As mistral-common: a mark that it writes is one token, and the same characters in a text are a word."""
        assert tokenize
        if conversation[0]["role"] == "system":
            raise LookupError("no system here")
        text = conversation[0]["content"] + str(len(tools or ()))
        return [1, *self(text, add_special_tokens=False)["input_ids"]]

    kind: Any = type("Coded", (transformers.PreTrainedTokenizerFast,), {"apply_chat_template": write})
    coded = kind.from_pretrained(base_model)
    written = ChatFormat(coded)
    prompt = written.prompt(call(WITH_SYSTEM, tools=[WEATHER]))
    assert prompt.text == "<|begin|>Be terse.\n\nHello1"
    assert prompt.token_ids is not None
    assert prompt.token_ids[0] == 1
    assert (prompt.add_special_tokens, prompt.stop, written.knows_tools) == (False, (), True)
    assert written.reply(call(tools=[TIME]), "[TOOL_CALLS]time[ARGS]{}<|end|>", "stop")[1][0].name == "time"
    with pytest.raises(ArgumentError, match="Coded writes chats by code of its own"):
        ChatFormat(coded, "{{ messages }}")


# ---- Without a template


def test_a_model_without_a_template_gets_the_plain_one(base: Any) -> None:
    written = ChatFormat(base)
    prompt = written.prompt(call(WITH_SYSTEM))
    assert prompt.text == "System: Be terse.\n\nUser: Hello\n\nAssistant:"
    assert prompt.add_special_tokens
    assert set(prompt.stop) == {"\nUser:", "\nSystem:", "\nAssistant:"}
    assert "User:" not in FALLBACK  # the roles are the messages' own


def test_blanks_around_an_answer_without_a_template_are_taken_away(base: Any) -> None:
    reader = ChatFormat(base).reader(call())
    assert [reader.take(piece) for piece in (" ", " Good", " day", " \n", "\n")] == [
        "",
        "Good",
        " day",
        "",
        "",
    ]
    assert reader.end() == ("", ())
    assert ChatFormat(base).reply(call(), " Good day \n", "length") == ("Good day", (), "length")


def test_an_answer_by_a_template_keeps_its_blanks(plain: Any) -> None:
    assert ChatFormat(plain).reply(call(), " Good day \n", "stop") == (" Good day \n", (), "stop")


# ---- Templates that don't take every chat


def test_a_template_without_a_system_gets_its_words_in_the_first_user_message(plain: Any) -> None:
    assert prompt_of(ChatFormat(plain, BY_TURNS), WITH_SYSTEM) == "<user>Be terse.\n\nHello"


def test_neighbours_of_one_role_are_joined_where_roles_must_take_turns(plain: Any) -> None:
    answer = {"role": "assistant", "content": "Yes?"}
    assert prompt_of(ChatFormat(plain, BY_TURNS), [*HELLO, *HELLO, answer, answer, *HELLO]) == (
        "<user>Hello\n\nHello<assistant>Yes?\n\nYes?<user>Hello"
    )


def test_a_template_that_knows_the_system_keeps_it_apart(plain: Any) -> None:
    assert prompt_of(ChatFormat(plain, ONE_CALL), [*WITH_SYSTEM, *HISTORY[1:]]) == (
        '<system>Be terse.<user>Hello<call>weather<tool>sunny<call>time<tool>{"hour": 9}'
    )


def test_calls_and_results_get_ids_as_a_template_wants_them(plain: Any) -> None:
    assert prompt_of(ChatFormat(plain, NINE_CHARACTERS), HISTORY) == (
        '<user>Hello<assistant>call00001,call00002,<tool>sunny=call00001<tool>{"hour": 9}=call00002'
    )


def test_results_are_written_with_their_functions_name(plain: Any) -> None:
    assert prompt_of(ChatFormat(plain, NAMED_RESULTS), HISTORY).endswith(
        '<tool>weather:sunny<tool>time:{"hour": 9}'
    )


def test_a_message_without_calls_has_no_place_for_them(plain: Any) -> None:
    answer = {"role": "assistant", "content": "Hi", "tool_calls": []}
    assert prompt_of(ChatFormat(plain, ONE_CALL), [*HELLO, answer]) == "<user>Hello<assistant>Hi"


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([{"role": "system", "content": "Be terse."}], "no system here"),
        ([{"role": "assistant", "content": "Hi"}], "take turns"),
    ],
)
def test_what_a_template_refuses_is_reported_in_its_own_words(plain: Any, messages: Any, words: str) -> None:
    with pytest.raises(ArgumentError, match=words) as caught:
        prompt_of(ChatFormat(plain, BY_TURNS), messages)
    assert caught.value.argument == "messages"


# ---- Contents


def test_parts_of_text_are_one_text(plain: Any) -> None:
    parts = [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}]
    assert prompt_of(ChatFormat(plain), [{"role": "user", "content": parts}]) == prompt_of(ChatFormat(plain))


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
        b"bytes",
    ],
)
@pytest.mark.parametrize("model", ["plain", "tools", "base"])
def test_images_and_sounds_are_refused(tokenizers: dict[str, Any], model: str, part: Any) -> None:
    message = {"role": "user", "content": [{"type": "text", "text": "What is this?"}, part]}
    with pytest.raises(ArgumentError, match="takes text only") as caught:
        prompt_of(ChatFormat(tokenizers[model]), [message])
    assert caught.value.argument == "messages"
    kind = part["type"] if isinstance(part, dict) else "bytes"
    assert kind in str(caught.value)
    assert "AAAA" not in str(caught.value)


# ---- Tools


def test_a_template_that_knows_tools_tells_of_them(tools: Any) -> None:
    text = prompt_of(ChatFormat(tools), tools=[WEATHER])
    assert text.startswith("<|begin|>system\nTools: {")
    assert '"name": "weather"' in text
    assert "You can call functions" not in text


@pytest.mark.parametrize("model", ["plain", "base"])
def test_tools_are_written_in_the_prompt_where_the_template_knows_none(tokenizers: Any, model: str) -> None:
    text = prompt_of(ChatFormat(tokenizers[model]), tools=[WEATHER])
    assert "You can call functions" in text
    assert '"name": "weather"' in text
    assert text.lower().startswith(("<|begin|>system", "system:"))


def test_emulate_tools_true_passes_the_template_by(tools: Any) -> None:
    text = prompt_of(ChatFormat(tools, emulate_tools=True), tools=[WEATHER])
    assert "You can call functions" in text
    assert "Tools:" not in text


def test_emulate_tools_false_needs_a_template_that_knows_tools(plain: Any, tools: Any) -> None:
    assert "Tools:" in prompt_of(ChatFormat(tools, emulate_tools=False), tools=[WEATHER])
    written = ChatFormat(plain, emulate_tools=False)
    with pytest.raises(ArgumentError, match="no place for tools") as caught:
        prompt_of(written, tools=[WEATHER])
    assert caught.value.argument == "emulate_tools"
    assert prompt_of(written) == prompt_of(written, tools=[WEATHER], tool_choice="none")


@pytest.mark.parametrize(
    ("template", "knows"),
    [
        (
            "{% if custom_tools is defined %}{% set tools = custom_tools %}{% endif %}"
            "{% if tools %}{{ tools }}{% endif %}",
            True,
        ),
        (
            "{% if not tools is defined %}{% set tools = none %}{% endif %}{% for t in tools %}{{ t }}{% endfor %}",
            True,
        ),
        ("{% macro m() %}{{ tools }}{% endmacro %}{{ m() }}", True),
        (
            "{% for m in messages %}{% generation %}{{ m.content }}{% endgeneration %}{% endfor %}{{ tools }}",
            True,
        ),
        ("{# tools #}{% for m in messages %}tools {{ m.content }}{% endfor %}", False),
    ],
)
def test_whether_a_template_knows_tools_is_read_from_it(plain: Any, template: str, knows: bool) -> None:
    assert ChatFormat(plain, template).knows_tools is knows


def test_tools_are_not_written_where_none_may_be_called(tools: Any, plain: Any) -> None:
    for written in (ChatFormat(tools), ChatFormat(plain)):
        assert prompt_of(written, tools=[WEATHER], tool_choice="none") == prompt_of(written)
        answer = '<tool_call>{"name": "weather"}</tool_call>'
        assert written.reply(call(tools=[WEATHER], tool_choice="none"), answer, "stop") == (
            answer,
            (),
            "stop",
        )


@pytest.mark.parametrize("model", ["tools", "plain"])
def test_a_choice_is_written_for_the_model(tokenizers: dict[str, Any], model: str) -> None:
    written = ChatFormat(tokenizers[model])
    both = {"tools": [WEATHER, TIME]}
    assert "call at least one function" in prompt_of(written, **both, tool_choice="required")
    named = prompt_of(written, WITH_SYSTEM, **both, tool_choice="time")
    assert "call the function time." in named
    assert "Be terse." in named
    assert prompt_of(written, **both) == prompt_of(written, **both, tool_choice="auto")


def test_only_a_named_tool_is_written_by_a_template(tools: Any) -> None:
    assert "weather" not in prompt_of(ChatFormat(tools), tools=[WEATHER, TIME], tool_choice="time")


@pytest.mark.parametrize(("given", "choice"), [([WEATHER], "wether"), ([], "required"), ([], "weather")])
@pytest.mark.parametrize("model", ["tools", "plain"])
def test_a_choice_of_a_tool_that_is_missing_is_refused(
    tokenizers: dict[str, Any], model: str, given: list[Tool], choice: str
) -> None:
    with pytest.raises(ArgumentError, match=choice) as caught:
        prompt_of(ChatFormat(tokenizers[model]), tools=given, tool_choice=choice)
    assert caught.value.argument == "tool_choice"


def test_earlier_calls_and_results_are_written_by_the_template(tools: Any) -> None:
    text = prompt_of(ChatFormat(tools), HISTORY, tools=[WEATHER])
    assert '<tool_call>{"name": "weather", "arguments": {"city": "Paris"}}</tool_call>' in text
    assert '<tool_call>{"name": "time", "arguments": {"zone": 1}}</tool_call>' in text
    assert "<|begin|>tool\nsunny<|end|>" in text


@pytest.mark.parametrize("options", [{"tools": [WEATHER]}, {}])
def test_earlier_calls_and_results_are_written_in_the_prompt(plain: Any, options: Any) -> None:
    text = prompt_of(ChatFormat(plain), HISTORY, **options)
    assert '<tool_call>{"name": "time", "arguments": {"zone": 1}}</tool_call>' in text
    assert '<tool_result>{"name": "weather", "content": "sunny"}</tool_result>' in text
    assert "<|begin|>tool" not in text


# ---- Answers

FORMS = {
    "hermes": 'One moment.\n<tool_call>\n{"name": "weather", "arguments": {"city": "Paris"}}\n</tool_call><|end|>',
    "qwen coder": (
        "One moment.\n<tool_call>\n<function=weather>\n<parameter=city>\nParis\n</parameter>\n"
        "</function>\n</tool_call><|end|>"
    ),
    "mistral": 'One moment.[TOOL_CALLS]weather[ARGS]{"city": "Paris"}<|end|>',
    "llama": f'One moment.<|python_tag|>{{"name": "weather", "parameters": {{"city": "Paris"}}}}{SPECIAL}',
}


@pytest.mark.parametrize("form", FORMS)
def test_calls_are_read_in_the_form_of_each_model_whole_and_cut(tools_model: Path, form: str) -> None:
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(tools_model)
    marks = ["[TOOL_CALLS]", "[ARGS]", "<|python_tag|>", SPECIAL]
    tokenizer.add_tokens(marks, special_tokens=True)
    assert SPECIAL not in tokenizer.all_special_tokens  # as with Llama 3.1, where it has no role of its own
    written, asked = ChatFormat(tokenizer), call(tools=[WEATHER])
    assert written.keeps_special_tokens(asked)
    tokens = tokenizer(FORMS[form], add_special_tokens=False)["input_ids"]
    text = str(tokenizer.decode(tokens, skip_special_tokens=False))
    expected = ("One moment.", (ToolCall("call_1", "weather", {"city": "Paris"}),), "tool_calls")
    assert written.reply(asked, text, "stop") == expected
    for at in range(len(text) + 1):
        reader = written.reader(asked)
        said = reader.take(text[:at]) + reader.take(text[at:])
        rest, calls = reader.end()
        assert (said + rest, calls) == expected[:2]


def test_calls_are_numbered_after_those_of_the_history(tools: Any, plain: Any) -> None:
    for written in (ChatFormat(tools), ChatFormat(plain)):
        _, [found], _ = written.reply(
            call(HISTORY, tools=[TIME]), '<tool_call>{"name": "time"}</tool_call>', "stop"
        )
        assert found.id == "call_3"


def test_an_answer_cut_off_stays_one_that_was_cut_off(tools: Any) -> None:
    answer = '<tool_call>{"name": "time"}</tool_call> and'
    assert ChatFormat(tools).reply(call(tools=[TIME]), answer, "length")[2] == "length"


def test_a_reply_goes_back_as_a_message(tools: Any, plain: Any) -> None:
    from modelcatalog.providers.adapter.chat_types import ChatReply

    for written in (ChatFormat(tools), ChatFormat(plain)):
        answer = 'So:\n<tool_call>{"name": "time", "arguments": {}}</tool_call>'
        text, calls, reason = written.reply(call(tools=[TIME]), answer, "stop")
        message = ChatReply(text, calls, None, reason).message
        again = prompt_of(
            written, [*HELLO, message, {"role": "tool", "tool_call_id": "call_1", "content": "9"}]
        )
        assert '<tool_call>{"name": "time", "arguments": {}}</tool_call>' in again


@pytest.mark.parametrize("model", ["tools", "plain"])
def test_a_call_in_a_thought_is_text(tokenizers: dict[str, Any], model: str) -> None:
    thought = '<think>\nIs it <tool_call>{"name": "weather"}</tool_call>?\n</think>'
    answer = f'{thought}\n\n<tool_call>{{"name": "time"}}</tool_call>'
    text, calls, _ = ChatFormat(tokenizers[model]).reply(call(tools=[TIME]), answer, "stop")
    assert text.rstrip() == thought
    assert [one.name for one in calls] == ["time"]


def test_a_thought_that_the_prompt_opens_is_known_to_be_one(plain: Any) -> None:
    written = ChatFormat(plain, "{{ tools }}{{ messages[0].content }}<think>\n")
    answer = '<tool_call>{"name": "weather"}</tool_call>?</think><tool_call>{"name": "time"}</tool_call>'
    for at in range(0, len(answer), 3):
        reader = written.reader(call(tools=[TIME]))
        said = reader.take(answer[:at]) + reader.take(answer[at:])
        rest, calls = reader.end()
        assert said + rest == '<tool_call>{"name": "weather"}</tool_call>?</think>'
        assert [one.name for one in calls] == ["time"]
