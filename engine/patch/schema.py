"""The JSON Schema of patches, by which an editor completes keys and underlines what is wrong.

A patch names it on its first line: ``#:schema ../docs/patch.schema.json``. What it does not know,
such as a performer's own boxes, it lets pass; ``sensorium check`` knows more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from engine.core.box import Box
from engine.core.node import Node
from engine.core.parameter import Parameter
from engine.core.signature import read_signature, settable
from engine.core.sink import Sink
from engine.patch.facts import Facts, read_facts, written_default
from engine.patch.grammar import BOX, CABLE, PATCH
from engine.patch.on_loss import WORDS

Schema = dict[str, Any]

_TIME = {"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*(us|ms|s|min|h)\s*$"}
_WRITTEN_BY_OTHERS = {
    "in": ("scale", "in"),
    "to": ("scale", "to"),
    "curve": ("scale", "curve"),
    "above": ("gate", "above"),
    "choose": ("choose", "choices"),
    "at_most": ("throttle", "time"),
    "every": ("throttle", "time"),
}
"""The words of a cable that are parameters of a small box: of which, and what they are there."""


def patch_schema(boxes: Mapping[str, type[Box]]) -> Schema:
    """Make the schema of patches that may use these boxes."""
    facts = {name: read_facts(name, cls) for name, cls in boxes.items()}
    cable = _cable(facts)
    known = [{"const": name, "description": each.summary} for name, each in facts.items()]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A patch of Sensorium",
        "type": "object",
        "properties": {
            "title": {"type": "string", "description": dict(PATCH)["title"]},
            "about": {"type": "string", "description": dict(PATCH)["about"]},
            "deadline": {"$ref": "#/$defs/time", "description": dict(PATCH)["deadline"]},
            "give_way": {
                "type": "array",
                "items": {"type": "string"},
                "description": dict(PATCH)["give_way"],
            },
            "privacy": {"type": "boolean", "description": dict(PATCH)["privacy"]},
        },
        "additionalProperties": {"$ref": "#/$defs/box"},
        "$defs": {
            "time": _TIME,
            "cable": _either({"type": "string"}, {"$ref": "#/$defs/way"}),
            "way": cable,
            "box": {
                "type": "object",
                "required": ["use"],
                "properties": {"use": {"anyOf": [*known, {"type": "string"}]}},
                "allOf": [
                    {
                        "if": {"properties": {"use": {"const": name}}, "required": ["use"]},
                        "then": {"$ref": f"#/$defs/box {name}"},
                    }
                    for name in boxes
                ],
            },
            **{f"box {name}": _box(cls, facts[name], facts, cable) for name, cls in boxes.items()},
        },
    }


def _box(cls: type[Box], own: Facts, all_facts: Mapping[str, Facts], cable: Schema) -> Schema:
    """Make the schema of one kind of box."""
    said = dict(BOX)
    properties: Schema = {"use": {"const": own.name, "description": " ".join(own.about[:1])}}
    properties["on"] = _live({"type": "boolean"}, said["on"])
    if issubclass(cls, Sink):
        properties |= _sending(own, cable)
        properties["every"] = {"$ref": "#/$defs/time", "description": said["every"]}
    else:
        properties |= _chain(all_facts)
    if issubclass(cls, Node):
        hot, *cold = read_signature(cls).inlets
        properties |= {
            inlet.name: _live({"type": ["number", "string", "boolean"]}) for inlet in cold
        }
        properties[hot.name] = {"$ref": "#/$defs/way"}
    if issubclass(cls, Node | Sink):
        properties["from"] = {"$ref": "#/$defs/cable", "description": said["from"]}
    properties |= {each.name: _parameter(each) for each in own.parameters}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _chain(facts: Mapping[str, Facts]) -> Schema:
    said = dict(BOX)
    link = _either({"type": "string"}, {"$ref": "#/$defs/box"})
    chain: Schema = {
        "then": {**_either(link, {"type": "array", "items": link}), "description": said["then"]}
    }
    if "empty" in facts:
        chain["empty"] = {
            "type": "object",
            "description": said["empty"],
            "properties": {each.name: _parameter(each) for each in facts["empty"].parameters},
            "additionalProperties": False,
        }
    chain["on_loss"] = _on_loss(said["on_loss"])
    return chain


def _on_loss(description: str) -> Schema:
    words = {"enum": list(WORDS)}
    table = {
        "type": "object",
        "properties": {
            "to": _either({"type": "number"}, words),
            "fade": {"$ref": "#/$defs/time"},
        },
        "additionalProperties": False,
    }
    return {**_either(words, table), "description": description}


def _sending(own: Facts, cable: Schema) -> Schema:
    options = {each.name: _plain(each) for each in own.options}
    way = {**cable, "properties": {**cable["properties"], **options}}
    one = _either({"type": "string"}, way)
    ports = _either(one, {"type": "array", "items": one, "minItems": 1})
    return {
        "send": {
            "type": "object",
            "description": dict(BOX)["send"],
            "additionalProperties": ports,
        }
    }


def _cable(facts: Mapping[str, Facts]) -> Schema:
    """Make the schema of a cable that is a table."""
    said = dict(CABLE)
    properties: Schema = {
        word: {"type": "string", "description": said[word]} for word in ("from", "when")
    }
    for word, (box, name) in _WRITTEN_BY_OTHERS.items():
        found = (
            [each for each in facts[box].parameters if each.name == name] if box in facts else []
        )
        for parameter in found:
            properties[word] = {**_plain(parameter), "description": said[word]}
            properties[word].pop("default", None)
    properties["on_loss"] = _on_loss(said["on_loss"])
    return {
        "type": "object",
        "properties": properties,
        "oneOf": [{"required": ["from"]}, {"required": ["when"]}],
        "additionalProperties": False,
    }


def _parameter(parameter: Parameter) -> Schema:
    plain = _plain(parameter)
    if parameter.fixed or not settable(parameter.type):
        return plain
    description = plain.pop("description")
    return _live(plain, description)


def _plain(parameter: Parameter) -> Schema:
    """Make the schema of a parameter that is written as it is."""
    schema = {"$ref": "#/$defs/time"} if parameter.is_time else _ranged(parameter)
    if parameter.param.unit == "Hz" and schema.get("type") != "array":
        schema = _either(schema, {"type": "string", "pattern": "^[A-Ga-g][#b♯♭]?-?[0-9]$"})
    help_ = parameter.param.help or parameter.expected()
    default = written_default(parameter)
    schema["description"] = f"{help_} ({default} if not said)" if default else help_
    return schema


def _ranged(parameter: Parameter) -> Schema:
    schema = msgspec.json.schema(parameter.type)
    if parameter.param.more:
        further = parameter.param.more() - {*schema["enum"]}
        schema["enum"] += sorted(name for name in further if not name[-1].isdigit())
    if "prefixItems" in schema:
        # A list of so many numbers, said as editors understand it that know only older drafts.
        schema["items"] = schema.pop("prefixItems")[0]
    parts = [part for part in schema.pop("anyOf", []) if part != {"type": "null"}]
    bounds = {"minimum": parameter.param.low, "maximum": parameter.param.high}
    for part in parts or [schema]:
        table = part.get("type") == "object"
        number = part["additionalProperties"] if table else part
        if number.get("type") in ("number", "integer"):
            number |= {name: bound for name, bound in bounds.items() if bound is not None}
        if table:
            part["additionalProperties"] = _live(number)
            if names := [each.key for each in parameter.parts()]:
                part["propertyNames"] = {"enum": names}
    if len(parts) == 1:
        return {**parts[0]}
    return {"anyOf": parts} if parts else schema


def _live(plain: Schema, description: str = "") -> Schema:
    """Allow a cable, too."""
    schema = _either(plain, {"$ref": "#/$defs/way"})
    return {**schema, "description": description} if description else schema


def _either(*schemas: Schema) -> Schema:
    flat: Iterable[Schema] = (
        part
        for schema in schemas
        for part in (schema["anyOf"] if [*schema] == ["anyOf"] else [schema])
    )
    return {"anyOf": list(flat)}
