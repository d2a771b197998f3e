"""The MQTT message in a line of input."""

import json

from gateway.explain.explanation import RejectedError, Vector


def topic_of(vector: Vector, usual: str) -> str:
    """The topic; `usual` where none is given. Raises RejectedError."""
    topic = vector.get("topic", usual)
    if not isinstance(topic, str):
        raise RejectedError("bad_topic")
    return topic


def payload_of(vector: Vector) -> bytes:
    """The payload: text as it is, anything else as JSON. Raises RejectedError."""
    shown = vector.get("input")
    try:
        return shown.encode() if isinstance(shown, str) else json.dumps(shown).encode()
    except RecursionError:
        raise RejectedError("too_deep") from None
