"""JSON Schema in the words of google-generativeai."""

from __future__ import annotations

from modelcatalog.providers.ended.google_legacy.schema import schema


def test_a_tools_schema_is_said_in_the_words_that_there_are() -> None:
    given = {
        "type": "object",
        "additionalProperties": False,
        "$defs": {"City": {"type": "string", "enum": ["Bern", "Rome"], "title": "City"}},
        "properties": {
            "city": {"$ref": "#/$defs/City", "description": "Which"},
            "days": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
            "units": {"type": ["string", "null"], "default": "C"},
            "kind": {"const": "x"},
            "hours": {"type": "array", "items": {"type": "number"}, "minItems": 1},
            "place": {"allOf": [{"properties": {"lat": {"type": "number"}}, "required": ["lat"]}]},
        },
        "required": ["city"],
    }
    assert schema(given) == {
        "type_": "OBJECT",
        "required": ["city"],
        "properties": {
            "city": {"type_": "STRING", "enum": ["Bern", "Rome"], "description": "Which"},
            "days": {"type_": "INTEGER", "nullable": True},
            "units": {"type_": "STRING", "nullable": True},
            "kind": {"type_": "STRING", "enum": ["x"]},
            "hours": {"type_": "ARRAY", "items": {"type_": "NUMBER"}, "min_items": 1},
            "place": {"type_": "OBJECT", "properties": {"lat": {"type_": "NUMBER"}}, "required": ["lat"]},
        },
    }


def test_a_schema_that_refers_to_itself_ends() -> None:
    tree = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}, "$defs": {}}
    tree["$defs"] = {"Node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}}
    assert schema(tree)["properties"]["next"]["type_"] == "OBJECT"
    assert schema({"$ref": "#"}) == {}
