"""The AsyncAPI 3 document: every topic with its direction, retained flag, QoS, message types and examples.

"Send" and "receive" are the gateway's.
"""

import inspect
import json
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from gateway.contract import topics
from gateway.contract.envelope import CONTENT_TYPE
from gateway.contract.examples import CENTRE_STATUS, all_examples
from gateway.contract.messages import PUBLISHED, Answer, CentreStatus, CloudEvent, Command, Digest, Reply, Status

JSON_CONTENT_TYPE = "application/json"


class Channel(NamedTuple):
    """One topic. `sends` is True where the gateway publishes and the centre subscribes."""

    branch: str
    message: type[Struct]
    sends: bool
    retained: bool
    summary: str

    @property
    def address(self) -> str:
        """The topic with its parameters in braces."""
        if self.branch == CENTRE_STATUS:
            return topics.centre_status("{district}")
        return topics.house("{district}", "{gateway}", self.branch)

    @property
    def key(self) -> str:
        """The channel's name in the document."""
        return self.branch.replace("/", "_")


CHANNELS = (
    Channel(
        topics.ALARM,
        CloudEvent,
        True,
        False,
        "anju.alarm.raised, .updated, .cleared, .cancelled and anju.test.raised; at most 2 KB. Each is answered.",
    ),
    Channel(
        topics.EVENT,
        CloudEvent,
        True,
        False,
        "anju.event.KIND: restore, trouble, tamper, battery, supervision, service request. Each is answered.",
    ),
    Channel(topics.TELEMETRY, Digest, True, False, "Digests; no raw streams. Not answered."),
    Channel(topics.STATUS, Status, True, True, "Birth, heartbeat, orderly end; the broker publishes the will here."),
    Channel(topics.ANSWER, Answer, False, False, "The centre's answer to one alarm or event."),
    Channel(
        topics.COMMAND,
        Command,
        False,
        False,
        "test, speak, silence, set_heartbeat, set_config, reboot, update, rebirth, wipe. A gateway refuses, with a "
        "reply, what it does not know, what has expired and what it has done before.",
    ),
    Channel(topics.REPLY, Reply, True, False, "The result of a command, with its MQTT 5 correlation data."),
    Channel(CENTRE_STATUS, CentreStatus, False, True, "Birth and will of the centre's inbox."),
)

_PARAMETERS = {
    "district": {"description": f"The district's id: {topics.NAME_PATTERN}"},
    "gateway": {
        "description": f"The gateway's id: {topics.NAME_PATTERN}, never `{topics.CENTRE}`; "
        "also its MQTT client id and the common name of its certificate"
    },
}


def asyncapi() -> dict[str, Any]:
    """The whole document, as plain JSON values."""
    _, schemas = msgspec.json.schema_components(PUBLISHED, ref_template="#/components/schemas/{name}")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Anju: a gateway in the home and its district",
            "version": "1.0.0",
            "description": "Version 1 grows only by addition. A reader keeps words it does not know and drops no "
            "alarm. Events are never retained. PUBACK means sent; only the answer `received` stops the retries.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": JSON_CONTENT_TYPE,
        "servers": {
            "district": {
                "host": "{host}:8883",
                "protocol": "secure-mqtt",
                "protocolVersion": "5.0",
                "description": "The district's broker: TLS with one client certificate per gateway.",
                "variables": {"host": {"description": "The broker's name, as in its certificate."}},
            }
        },
        "channels": {channel.key: _channel(channel) for channel in CHANNELS},
        "operations": {_operation_name(channel): _operation(channel) for channel in CHANNELS},
        "components": {
            "messages": {channel.key: _message(channel) for channel in CHANNELS},
            "schemas": with_clean_descriptions(schemas),
        },
    }


def with_clean_descriptions(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with its descriptions, which are docstrings, freed of their indentation."""
    cleaned: dict[str, Any] = {}
    for key, value in schema.items():
        if isinstance(value, dict):
            cleaned[key] = with_clean_descriptions(value)
        else:
            cleaned[key] = inspect.cleandoc(value) if key == "description" else value
    return cleaned


def _channel(channel: Channel) -> dict[str, Any]:
    named = [name for name in _PARAMETERS if f"{{{name}}}" in channel.address]
    return {
        "address": channel.address,
        "description": channel.summary,
        "parameters": {name: _PARAMETERS[name] for name in named},
        "messages": {channel.key: {"$ref": f"#/components/messages/{channel.key}"}},
    }


def _operation_name(channel: Channel) -> str:
    return f"{'send' if channel.sends else 'receive'}_{channel.key}"


def _operation(channel: Channel) -> dict[str, Any]:
    return {
        "action": "send" if channel.sends else "receive",
        "channel": {"$ref": f"#/channels/{channel.key}"},
        "bindings": {"mqtt": {"qos": 1, "retain": channel.retained, "bindingVersion": "0.2.0"}},
    }


def _message(channel: Channel) -> dict[str, Any]:
    in_envelope = channel.message in (CloudEvent, Digest)
    return {
        "name": channel.message.__name__,
        "contentType": CONTENT_TYPE if in_envelope else JSON_CONTENT_TYPE,
        "payload": {"$ref": f"#/components/schemas/{channel.message.__name__}"},
        "examples": [
            {"name": example.name, "payload": json.loads(example.payload)}
            for example in all_examples()
            if example.branch == channel.branch
        ],
    }
