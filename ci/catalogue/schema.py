"""The JSON Schema of services.toml from the classes that read it; run as `python -m ci.catalogue.schema`."""

import json
from typing import Any, get_args

import attrs

from ci.catalogue.shape import bare, rule_of
from ci.catalogue.tables import File


def schema() -> dict[str, Any]:
    """What editors complete and check services.toml with."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "services.toml", **_of(File)}


def text() -> str:
    """The file beside services.toml, to the byte."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _of(shape: Any) -> dict[str, Any]:
    shape = bare(shape)
    if rule := rule_of(shape):
        return dict(rule.schema)
    if not attrs.has(shape):
        names, values = get_args(shape)
        return {"type": "object", "propertyNames": _of(names), "additionalProperties": _of(values)}
    fields = attrs.fields_dict(shape)
    return {
        "type": "object",
        "description": shape.__doc__,
        "properties": {
            name: {**_of(field.type), "description": get_args(field.type)[-1], **field.metadata}
            for name, field in fields.items()
        },
        "required": [name for name, field in fields.items() if field.default is attrs.NOTHING],
        "additionalProperties": False,
    }


if __name__ == "__main__":
    print(text(), end="")
