"""Drivers of other packages, before the house uses them: whether they can be, and in words why not."""

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from drivers.output import Action, OutputDriver
from drivers.plug_ins import EXPLANATIONS, PlugIn
from drivers.registry import (
    DRIVERS,
    LISTENER_DRIVERS,
    MQTT_DRIVERS,
    OUTPUT_DRIVERS,
    POLLED_DRIVERS,
    SERIAL_DRIVERS,
    Driver,
    Model,
    MqttDriver,
    Register,
    own_names,
    plug_ins,
)
from drivers.signal_check import wrong_field
from gateway.explain.explanation import Explanation, RejectedError, Vector
from gateway.supervise import Failure, attempt

DRIVER_FAILED = "driver_failed"
"""The reason of what a plug-in stumbled over."""
REMEDY = "update the package or install it again, or remove it"

_REGISTERS: tuple[Register[Any], ...] = (
    DRIVERS,
    SERIAL_DRIVERS,
    LISTENER_DRIVERS,
    MQTT_DRIVERS,
    POLLED_DRIVERS,
    OUTPUT_DRIVERS,
)
_FILTER_LIMIT_BYTES = 65_535


class PlugInError(Exception):
    """A plug-in failed where it was asked; the text says which, how, and the remedy."""


def is_plug_in(name: str) -> bool:
    """Whether a driver's name is none of ours."""
    return name not in own_names()


def package_of(name: str) -> str:
    """The package that brings a driver, with its version."""
    return next((found.package for found in plug_ins().plug_ins.values() if found.name == name), "nobody")


def fault_of(register: Register[Any], name: str) -> str | None:
    """Import a driver that is declared; why it cannot be used, None where it can. Ours are not even imported."""
    if not is_plug_in(name):
        return None
    entry = attempt(partial(register.__getitem__, name))
    if isinstance(entry, Failure):
        wrong: str | None = f"{type(entry.error).__name__}: {entry.error}"
    else:
        checked = attempt(partial(_unfit, entry))
        wrong = str(checked) if isinstance(checked, Failure) else checked
    return None if wrong is None else _said(register.plug_ins()[name], wrong)


def faults() -> list[str]:
    """Import everything that other packages declare; what cannot be used, in words."""
    found = [fault_of(register, name) for register in _REGISTERS for name in register.plug_ins()]
    for plug_in in plug_ins().of(EXPLANATIONS).values():
        loaded = attempt(plug_in.load)
        if isinstance(loaded, Failure):
            found.append(_said(plug_in, f"{type(loaded.error).__name__}: {loaded.error}"))
        elif not callable(loaded):
            found.append(_said(plug_in, "it is not a function"))
    return [fault for fault in found if fault is not None] + [refused.text for refused in plug_ins().refused]


def refusal_of(name: str) -> str | None:
    """Why a name that nobody brings may be one of a package all the same; None where it is only a wrong name."""
    return next((refused.text for refused in plug_ins().refused if refused.name in (name, None)), None)


def usable(register: Register[Any]) -> list[str]:
    """The names of the plug-ins of one kind that can be used. Imports them all."""
    return [name for name in register.plug_ins() if fault_of(register, name) is None]


def normalised(name: str, normalise: Callable[[str], str], typed: str) -> str:
    """What a driver makes of what a person typed.

    Raises ValueError with the remedy; PlugInError where a plug-in did not even say that.
    """
    if not is_plug_in(name):
        return normalise(typed)
    done = attempt(partial(normalise, typed))
    if isinstance(done, str):
        return done
    if isinstance(done, Failure) and isinstance(done.error, ValueError):
        raise done.error
    how = done if isinstance(done, Failure) else "it gives no text"
    raise PlugInError(f'driver "{name}" of {package_of(name)} fails at what is written here ({how}); {REMEDY}')


def explanation(protocol: str, vector: Vector) -> Explanation:
    """What a plug-in says of one line of `anju decode`. Raises RejectedError."""
    plug_in = plug_ins().of(EXPLANATIONS).get(protocol)
    if plug_in is None:
        raise RejectedError("unknown_protocol")
    said = attempt(partial(_explain, plug_in, vector))
    if isinstance(said, Explanation):
        return said
    if isinstance(said, Failure) and isinstance(said.error, RejectedError):
        raise said.error
    raise RejectedError(DRIVER_FAILED)


def _explain(plug_in: PlugIn, vector: Vector) -> object:
    explain: Any = plug_in.load()
    said = explain(vector)
    json.dumps([said.fields, said.events, said.ignored])  # raises here and not where the line is printed
    return said


def _said(plug_in: PlugIn, wrong: str) -> str:
    return f"{plug_in}: cannot be used: {wrong}; {REMEDY}"


def _unfit(entry: object) -> str | None:
    """What is wrong with an entry of the right type that would harm others."""
    wrong = wrong_field(entry)
    if wrong is not None:
        return f"its {wrong} is not what the field says"
    if isinstance(entry, Driver):
        if not all(isinstance(model, Model) and wrong_field(model) is None for model in entry.models.values()):
            return "its models are not as Model of drivers.registry says"
        if entry.generic_model not in entry.models:
            return "its generic_model is none of its models"
    if isinstance(entry, OutputDriver) and not all(map(_is_action, entry.actions.values())):
        return "its actions are not as Action of drivers.output says"
    if isinstance(entry, MqttDriver) and not _are_filters(entry.subscriptions):
        return "its subscriptions are not a tuple of MQTT topic filters"
    return None


def _is_action(action: object) -> bool:
    return isinstance(action, Action) and wrong_field(action) is None


def _are_filters(subscriptions: object) -> bool:
    """One that a broker refuses would end the session that all our devices are heard through."""
    return isinstance(subscriptions, tuple) and all(map(_is_filter, subscriptions))


def _is_filter(subscription: object) -> bool:
    if not isinstance(subscription, str) or not 0 < len(subscription.encode("utf-8", "replace")) <= _FILTER_LIMIT_BYTES:
        return False
    *levels, last = subscription.split("/")
    sound: Iterable[bool] = (level == "+" or not set(level) & {"+", "#", "\0"} for level in (*levels, last))
    return subscription.isprintable() and (all(sound) or (last == "#" and _is_filter("/".join((*levels, "+")))))
