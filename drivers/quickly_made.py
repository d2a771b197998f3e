"""Frozen dataclasses that are made in a third of the time: each message of a house makes half a dozen of them.

A frozen dataclass sets each of its fields through `object.__setattr__`, past its own guard. Here the new object is of
an open twin of its class while its fields are set, and of its own class, guard and all, before anybody sees it.
"""

from dataclasses import MISSING, fields
from typing import Any, TypeVar

Frozen = TypeVar("Frozen", bound=type)


def quickly_made(frozen: Frozen) -> Frozen:
    """Give a class its quick `__init__`.

    It must be a dataclass that is frozen and slotted, takes keywords only and has no `__post_init__`.
    """
    open_members = {"__slots__": (), "__setattr__": object.__setattr__}
    known: dict[str, Any] = {"_open": type(f"_Open{frozen.__name__}", (frozen,), open_members), "_own": frozen}
    known |= {"_set": object.__setattr__, "_missing": MISSING}
    taken, set_ = [], []
    for field in fields(frozen):
        name, value = field.name, field.name
        if field.default is not MISSING:
            known[f"_default_{name}"] = field.default
            taken.append(f"{name}=_default_{name}")
        elif field.default_factory is not MISSING:
            known[f"_make_{name}"] = field.default_factory
            taken.append(f"{name}=_missing")
            value = f"_make_{name}() if {name} is _missing else {name}"
        else:
            taken.append(name)
        set_.append(f"    self.{name} = {value}\n")
    source = (
        f"def __init__(self, *, {', '.join(taken)}):\n"
        f"    _set(self, '__class__', _open)\n{''.join(set_)}    self.__class__ = _own\n"
    )
    exec(source, known)  # noqa: S102 - as dataclasses makes its own; only names of fields stand in it
    type.__setattr__(frozen, "__init__", known["__init__"])
    return frozen
