"""Modbus RTU questions and answers for `anju decode`: a request, and the head's response where there is one.

Which head it is comes from `ctx.model`, or else from what is asked: the first map, by name, with the same question.
Where no map fits, the frame's own fields are shown and no event: nothing else can be known of a register.
"""

from typing import Any

from drivers import modbus
from drivers.device import Device
from drivers.event import Reject
from drivers.modbus_frame import Answer, Refusal, Request, decode_request, find_answer
from drivers.modbus_map import Point, Read, Word, maps
from gateway.explain.explanation import Explanation, RejectedError, Vector, event_of

_PORT = "bus"
_EVENTS = {Word.NORMAL: "restore", Word.ALARM: "alarm"}
_COMBINED_REGISTERS = 2


def explain(vector: Vector) -> Explanation:
    """Explain a pair of frames in hexadecimal text. Raises RejectedError."""
    question, heard = _pair(vector.get("input"))
    request = decode_request(question)
    if isinstance(request, Refusal):
        raise RejectedError(request.reason)
    model, read = _known(request, vector.get("ctx"))
    fields: dict[str, Any] = {"unit": request.unit, "function": request.function, "address": request.address}
    fields["count"] = request.count
    if model is not None:
        fields["model"] = model
    if read is not None and read.point:
        fields["quantity"] = read.point[0].quantity
    if not heard:
        return Explanation(fields=fields)
    found = find_answer(request, heard)
    if isinstance(found, Refusal):
        if found.exception is None:
            raise RejectedError(found.reason)
        return Explanation(fields=fields | {"exception": found.exception}, ignored=found.reason)
    fields |= _values(found, read)
    decoded = modbus.decode(_PORT, question, heard, lambda driver, address: _enrolled(driver, address, model))
    if isinstance(decoded, Reject):
        return Explanation(fields=fields, ignored=decoded.reason)
    return Explanation(fields=fields, events=[event_of(signal) for signal in decoded] if model else [])


def _pair(shown: object) -> tuple[bytes, bytes]:
    if not isinstance(shown, dict):
        raise RejectedError("bad_pair")
    request, response = shown.get("request"), shown.get("response") or ""
    if not isinstance(request, str) or not isinstance(response, str):
        raise RejectedError("bad_pair")
    try:
        return bytes.fromhex(request), bytes.fromhex(response)
    except ValueError:
        raise RejectedError("bad_hex") from None


def _known(request: Request, context: object) -> tuple[str | None, Read | None]:
    named = context.get("model") if isinstance(context, dict) else None
    for model, one in sorted(maps().items()):
        if model == modbus.GENERIC_MODEL or (isinstance(named, str) and named in maps() and model != named):
            continue
        for read in one.read:
            if modbus.request_of(read, request.unit) == request:
                return model, read
    return None, None


def _enrolled(driver: str, address: str, model: str | None) -> Device | None:
    return None if model is None else Device(id=address, driver=driver, address=address, model=model, room="")


def _values(answer: Answer, read: Read | None) -> dict[str, Any]:
    """The values as the head gave them; of bits only those that mean something, where that is known."""
    points = read.point if read else ()
    if answer.request.reads_bits:
        known = max((point.at + 1 for point in points), default=answer.request.count)
        return {"bits": list(answer.values[:known])} | _state(points, answer)
    fields: dict[str, Any] = {"registers": list(answer.values)}
    if len(points) <= 1 and len(answer.values) <= _COMBINED_REGISTERS:
        point = points[0] if points else Point(at=0, quantity="", registers=1 if len(answer.values) == 1 else 2)
        fields["value"] = point.raw(answer.values)
    return fields | _state(points, answer)


def _state(points: tuple[Point, ...], answer: Answer) -> dict[str, Any]:
    """The state of the first point that can alarm."""
    for point in points:
        raw = point.raw(answer.values)
        word = None if raw is None or point.alarm is None else modbus.state_of(point, raw)
        if word is not None:
            return {"state": word.value} | ({"event": _EVENTS[word]} if word in _EVENTS else {})
    return {}
