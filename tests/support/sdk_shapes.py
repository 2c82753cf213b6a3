"""Values of every shape that an SDK declares, made of its own types: what a service may send, used by us or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from random import Random
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel

_DEPTH = 4
_PLAIN: dict[Any, Any] = {
    str: "x",
    int: 1,
    float: 0.5,
    bool: True,
    bytes: "eA==",
    object: {"any": "thing"},
    Any: {"any": "thing"},
    None: None,
    type(None): None,
    datetime: "2026-11-25T09:00:00Z",
    date: "2026-11-25",
}


def members(annotation: Any) -> Iterator[type[BaseModel]]:
    """The classes in a union of an SDK's, however it is wrapped."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif hasattr(annotation, "__value__"):  # a TypeAliasType
        yield from members(annotation.__value__)
    elif get_origin(annotation) is Annotated:
        yield from members(get_args(annotation)[0])
    else:
        for one in get_args(annotation):
            yield from members(one)


def example(annotation: Any, random: Random, depth: int = 0) -> Any:
    """JSON that fits a type of a pydantic model. What may be left out is so at times, and always deep inside."""
    arguments, origin = get_args(annotation), get_origin(annotation)
    if hasattr(annotation, "__value__"):
        return example(annotation.__value__, random, depth)
    if origin is Annotated:
        return example(arguments[0], random, depth)
    if origin is Literal:
        return random.choice(arguments)
    if origin in (list, tuple) or annotation is list:
        return [example(arguments[0], random, depth + 1)] if arguments and depth < _DEPTH else []
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"x": example(arguments[1], random, depth + 1)}
    if arguments:
        simple = depth >= _DEPTH and type(None) in arguments
        return None if simple else example(random.choice(arguments), random, depth + 1)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return example_of(annotation, random, depth)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return random.choice([one.value for one in annotation] or ["x"])
    return _PLAIN.get(annotation, {"any": "thing"})


def example_of(kind: type[BaseModel], random: Random, depth: int = 0) -> dict[str, Any]:
    """JSON that fits a pydantic model, by the names that are sent."""
    return {
        field.alias or name: example(field.annotation, random, depth + 1)
        for name, field in kind.model_fields.items()
        if field.is_required() or (depth < _DEPTH and random.random() < 0.7)
    }


def shape_example(shape: Any, random: Random, depth: int = 0) -> Any:
    """JSON that fits a shape of botocore's. Of a union, one member; deep inside, nothing that may be left out."""
    match shape.type_name:
        case "structure":
            names = list(shape.members)
            if getattr(shape, "is_tagged_union", False):
                names = [random.choice(names)]
            elif depth >= _DEPTH:
                names = list(shape.required_members)
            return {name: shape_example(shape.members[name], random, depth + 1) for name in names}
        case "list":
            return [shape_example(shape.member, random, depth + 1)] if depth < _DEPTH else []
        case "map":
            return {"x": shape_example(shape.value, random, depth + 1)} if depth < _DEPTH else {}
        case "string":
            return random.choice(getattr(shape, "enum", None) or ["x"])
        case "blob":
            return "eA=="
        case "timestamp":
            return 1
        case kind:
            return {"integer": 1, "long": 1, "float": 0.5, "double": 0.5, "boolean": True}[kind]
