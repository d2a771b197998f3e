"""Request bodies: bounded while they are read, then typed."""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request

STEP_LIMIT_BYTES = 8_192


class StepBody(Struct, kw_only=True):
    """What may come with a handling step. `minutes` to arrival; `result` is checked by the step that needs it."""

    minutes: Annotated[float, Meta(ge=0, le=1_440)] | None = None
    note: Annotated[str, Meta(max_length=1_000)] | None = None
    result: str | None = None


async def read_body(request: Request, limit_bytes: int) -> bytes:
    """The whole body. Raises 413 as soon as it is longer than `limit_bytes`."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit_bytes:
            raise HTTPException(413, f"at most {limit_bytes} bytes")
    return bytes(body)


async def read_step(request: Request) -> StepBody:
    """The body of a step; an empty one says nothing. Raises 400 for what is no JSON, 422 for wrong values."""
    body = await read_body(request, STEP_LIMIT_BYTES)
    if not body.strip():
        return StepBody()
    try:
        return msgspec.json.decode(body, type=StepBody)
    except msgspec.ValidationError as error:
        raise HTTPException(422, str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HTTPException(400, "the body is not JSON") from error
