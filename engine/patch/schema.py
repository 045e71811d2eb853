"""The JSON Schema of patches, by which an editor completes keys and underlines errors.

A patch names it on its first line: ``#:schema ../docs/patch.schema.json``. Boxes that it does not
know, such as a performer's own, pass; ``sensorium check`` knows more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from engine.core.box import Box
from engine.core.describe import BoxDescription, default_text, describe_box
from engine.core.label import LONGEST_LABEL
from engine.core.node import Node
from engine.core.parameter import AUTO, Parameter
from engine.core.signature import settable
from engine.core.sink import Sink
from engine.patch.grammar import BOX, CABLE, PATCH
from engine.patch.grammar import MACHINES as OF_MACHINE
from engine.patch.load import MACHINES
from engine.patch.machines import HERE, LONGEST, PICTURES
from engine.patch.on_beat import LINES
from engine.patch.on_loss import WORDS
from engine.patch.plan import MORE

Schema = dict[str, Any]

_TEXT = {"type": "string"}
_LABEL = {"type": "string", "maxLength": LONGEST_LABEL}
_MACHINE = {"type": "string", "pattern": rf"^[A-Za-z][A-Za-z0-9_-]{{0,{LONGEST - 1}}}$"}
_TIME = {"$ref": "#/$defs/time"}
_WAY = {"$ref": "#/$defs/way"}
_BEFORE_THE_BOXES: Mapping[str, Schema] = {
    "title": _TEXT,
    "about": _TEXT,
    "deadline": _TIME,
    "give_way": {"type": "array", "items": _TEXT},
    "privacy": {"type": "boolean"},
}
_OF_OTHER_BOXES = {
    "in": ("scale", "in"),
    "to": ("scale", "to"),
    "curve": ("scale", "curve"),
    "above": ("gate", "above"),
    "choose": ("choose", "choices"),
    "at_most": ("throttle", "time"),
    "every": ("throttle", "time"),
}
"""The words of a cable that are parameters of a small box: the box, and the parameter."""


def patch_schema(boxes: Mapping[str, type[Box]]) -> Schema:
    """Return the schema of patches that may use these boxes."""
    found = {name: describe_box(name, cls) for name, cls in boxes.items()}
    cable = _cable(found)
    known = [{"const": name, "description": box.summary} for name, box in found.items()]
    about = dict(PATCH)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A patch of Sensorium",
        "type": "object",
        "properties": {
            **{key: {**kind, "description": about[key]} for key, kind in _BEFORE_THE_BOXES.items()},
            MACHINES: _machines(),
        },
        "additionalProperties": {"$ref": "#/$defs/box"},
        "$defs": {
            "time": {"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*(us|ms|s|min|h)\s*$"},
            "cable": _either(_TEXT, _WAY),
            "way": cable,
            "box": {
                "type": "object",
                "required": ["use"],
                "properties": {"use": {"anyOf": [*known, _TEXT]}},
                "allOf": [
                    {
                        "if": {"properties": {"use": {"const": name}}, "required": ["use"]},
                        "then": {"$ref": f"#/$defs/box {name}"},
                    }
                    for name in boxes
                ],
            },
            **{f"box {name}": _box(cls, found[name], found, cable) for name, cls in boxes.items()},
        },
    }


def _box(
    cls: type[Box], box: BoxDescription, boxes: Mapping[str, BoxDescription], cable: Schema
) -> Schema:
    """Return the schema of one kind of box."""
    about = dict(BOX)
    properties: Schema = {"use": {"const": box.name, "description": " ".join(box.about[:1])}}
    properties["on"] = _live({"type": "boolean"}, about["on"])
    properties["label"] = {**_LABEL, "description": about["label"]}
    properties["keep"] = {"type": "boolean", "description": about["keep"]}
    properties["machine"] = {**_MACHINE, "description": about["machine"]}
    if issubclass(cls, Sink):
        properties |= _sending(box, cable)
        properties["every"] = {**_TIME, "description": about["every"]}
    else:
        properties |= _chain(boxes)
    if box.inlets:
        hot, *cold = box.inlets
        properties |= {
            inlet.name: _live({"type": ["number", "string", "boolean"]}) for inlet in cold
        }
        properties[hot.name] = _WAY
    if issubclass(cls, Node | Sink):
        cables: Schema = {"$ref": "#/$defs/cable"}
        if MORE in {inlet.name for inlet in box.inlets}:
            cables = _either(cables, {"type": "array", "items": cables, "minItems": 1})
        properties["from"] = {**cables, "description": about["from"]}
    properties |= _parameters(box)
    for each in box.parameters:
        if each.event and not issubclass(cls, Node):
            del properties[each.name]
    return _table(properties)


def _machines() -> Schema:
    """Return the schema of the table of machines."""
    about = dict(OF_MACHINE)
    table = _table(
        {
            "at": {**_TEXT, "description": about["at"]},
            "fallback": {"const": HERE, "description": about["fallback"]},
            "pictures": {"enum": list(PICTURES), "description": about["pictures"]},
        }
    )
    names = {"pattern": _MACHINE["pattern"]}
    return {
        "type": "object",
        "propertyNames": names,
        "additionalProperties": _either(_TEXT, table),
        "description": "the machines that boxes play on beside this one, and where they are",
    }


def _table(properties: Schema, **more: object) -> Schema:
    return {"type": "object", **more, "properties": properties, "additionalProperties": False}


def _chain(boxes: Mapping[str, BoxDescription]) -> Schema:
    about = dict(BOX)
    link = _either(_TEXT, {"$ref": "#/$defs/box"})
    then = _either(link, {"type": "array", "items": link})
    chain: Schema = {"then": {**then, "description": about["then"]}}
    if "empty" in boxes:
        chain["empty"] = _table(_parameters(boxes["empty"]), description=about["empty"])
    chain["on_loss"] = _on_loss(about["on_loss"])
    chain["on_beat"] = _on_beat(about["on_beat"])
    return chain


def _on_loss(description: str) -> Schema:
    words = {"enum": list(WORDS)}
    table = _table({"to": _either({"type": "number"}, words), "fade": _TIME})
    return {**_either(words, table), "description": description}


def _on_beat(description: str) -> Schema:
    pattern = rf"^([^./# ]+\.)?({'|'.join(LINES)})$"
    return {"type": "string", "pattern": pattern, "description": description}


def _sending(box: BoxDescription, cable: Schema) -> Schema:
    options = {each.name: _plain(each) for each in box.options}
    table = {**cable, "properties": {**cable["properties"], **options}}
    if "args" in options:
        options["args"]["items"] = _either(options["args"]["items"], _WAY)
        neither = [{"not": begin} for begin in cable["oneOf"]]
        table["oneOf"] = [*cable["oneOf"], {"required": ["args"], "allOf": neither}]
    one = _either(_TEXT, table)
    ports = _either(one, {"type": "array", "items": one, "minItems": 1})
    description = dict(BOX)["send"]
    return {"send": {"type": "object", "description": description, "additionalProperties": ports}}


def _cable(boxes: Mapping[str, BoxDescription]) -> Schema:
    """Return the schema of a cable that is a table."""
    about = dict(CABLE)
    properties: Schema = {word: {**_TEXT, "description": about[word]} for word in ("from", "when")}
    for word, (box, name) in _OF_OTHER_BOXES.items():
        for parameter in boxes[box].parameters if box in boxes else ():
            if parameter.name == name:
                properties[word] = {**_plain(parameter), "description": about[word]}
                properties[word].pop("default", None)
    properties["on_loss"] = _on_loss(about["on_loss"])
    properties["on_beat"] = _on_beat(about["on_beat"])
    properties["label"] = {**_LABEL, "description": about["label"]}
    return {
        "type": "object",
        "properties": properties,
        "oneOf": [{"required": ["from"]}, {"required": ["when"]}],
        "additionalProperties": False,
    }


def _parameters(box: BoxDescription) -> Schema:
    return {each.name: _parameter(each) for each in box.parameters}


def _parameter(parameter: Parameter) -> Schema:
    plain = _plain(parameter)
    if parameter.event:
        return {**_WAY, "description": plain["description"]}
    if parameter.fixed or not settable(parameter.type):
        return plain
    description = plain.pop("description")
    return _live(plain, description)


def _plain(parameter: Parameter) -> Schema:
    """Return the schema of a parameter that a patch writes as a value."""
    schema: Schema = _TIME if parameter.is_time else _ranged(parameter)
    if parameter.param.unit == "Hz" and schema.get("type") != "array":
        schema = _either(schema, {"type": "string", "pattern": "^[A-Ga-g][#b♯♭]?-?[0-9]$"})
    if parameter.param.ladder:
        schema = _either(schema, {"const": AUTO})
    help_ = parameter.param.help or parameter.expected()
    default = default_text(parameter)
    return {**schema, "description": f"{help_} ({default} if not said)" if default else help_}


def _ranged(parameter: Parameter) -> Schema:
    schema = msgspec.json.schema(parameter.type)
    if parameter.param.more:
        names = schema if "enum" in schema else next(p for p in schema["anyOf"] if "enum" in p)
        further = parameter.param.more(True) - {*names["enum"]}
        names["enum"] += sorted(name for name in further if not name[-1].isdigit())
    if "prefixItems" in schema:
        # A list of a fixed length, as editors understand it that know only older drafts.
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
    """Return a schema that allows a cable, too."""
    schema = _either(plain, _WAY)
    return {**schema, "description": description} if description else schema


def _either(*schemas: Schema) -> Schema:
    flat: Iterable[Schema] = (
        part
        for schema in schemas
        for part in (schema["anyOf"] if [*schema] == ["anyOf"] else [schema])
    )
    return {"anyOf": list(flat)}
