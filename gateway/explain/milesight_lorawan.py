"""Milesight LoRaWAN payloads for `anju decode`, as if a device of the model in `ctx.model` were enrolled."""

from typing import Any

from drivers import chirpstack
from drivers.event import Kind, Signal
from drivers.milesight_models import GENERIC, profile
from gateway.explain.explanation import Explanation, RejectedError, Vector, event_of


def explain(vector: Vector) -> Explanation:
    """Explain a payload, given as hexadecimal text, by `ctx.model` and `fport`. Raises RejectedError.

    Without a model only what all models share is read. `unread` holds what could not be read, with `unread_reason`.
    """
    port = vector.get("fport")
    if isinstance(port, int) and port not in chirpstack.APPLICATION_PORTS:
        return Explanation(fields={}, ignored="not_application_port")
    data = _payload(vector.get("input"))
    fields = fields_of(data, model_of(vector) or GENERIC)
    common = Signal(driver=chirpstack.NAME, address="0" * 16, kind=Kind.SUPERVISION)
    decoded = chirpstack.decode_payload(data, profile(model_of(vector) or GENERIC), common)
    if isinstance(decoded, str):
        raise RejectedError(decoded)
    return Explanation(fields=fields, events=[event_of(signal) for signal in decoded])


def fields_of(data: bytes, model: str) -> dict[str, Any]:
    """The fields of a payload of a model, and what of it could not be read."""
    told = chirpstack.read_payload(data, profile(model))
    if told.reason is None:
        return told.fields
    return told.fields | {"unread": told.unread.hex().upper(), "unread_reason": told.reason}


def model_of(vector: Vector) -> str | None:
    """The model that the vector names, None where it names none."""
    context = vector.get("ctx")
    model = context.get("model") if isinstance(context, dict) else None
    return model if isinstance(model, str) and model else None


def _payload(shown: object) -> bytes:
    try:
        data = bytes.fromhex(shown) if isinstance(shown, str) else b""
    except ValueError:
        data = b""
    if not data:
        raise RejectedError("bad_hex")
    return data
