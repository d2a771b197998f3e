"""The contract as documents, made from the code: AsyncAPI 3 and JSON Schema (2020-12).

`python -P -m gateway.contract.publish DIR` writes `asyncapi.json` and `schemas/*.schema.json` into DIR.
A test fails when the committed documents differ from what this makes.
"""

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from gateway.contract.asyncapi import asyncapi, with_clean_descriptions
from gateway.contract.messages import PUBLISHED

JSON_SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def documents() -> dict[str, Any]:
    """Every document by its path below the folder."""
    schemas = {f"schemas/{file_name(message)}": json_schema(message) for message in PUBLISHED}
    return {"asyncapi.json": asyncapi(), **schemas}


def file_name(message: type[Struct]) -> str:
    """The file of one message's schema: `CloudEvent` stands in `cloud-event.schema.json`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", message.__name__).lower() + ".schema.json"


def json_schema(message: type[Struct]) -> dict[str, Any]:
    """One message's schema, whole in itself."""
    identity = file_name(message).removesuffix(".schema.json")
    return {
        "$schema": JSON_SCHEMA_DIALECT,
        "$id": f"urn:anju:contract:v1:{identity}",
        **with_clean_descriptions(msgspec.json.schema(message)),
    }


def text_of(document: Any) -> str:
    """A document as it is committed."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write(folder: Path, published: Iterable[tuple[str, Any]]) -> None:
    """Write documents below `folder`, which is made where it is missing. Raises OSError where it cannot be written."""
    for path, document in published:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text_of(document), encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Write the documents; exit status 2 for wrong use."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -P -m gateway.contract.publish DIR\n")
        return 2
    write(Path(arguments[0]), documents().items())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
