"""What an installer says of a device's part in the home: what its presses mean, and where a mat lies."""

from drivers import presses, registry
from drivers.device import ROLES
from gateway.config_rules import Table, listed, quoted, suggestion

_PRESSES_REMEDY = 'write it like { "double" = "call_back", "hold" = "sos" }'


def read_presses(table: Table, driver: str) -> dict[str, str]:
    """What each kind of press means, by its plain form; a kind that is not named keeps its usual meaning."""
    written = table.texts("presses", _PRESSES_REMEDY)
    if table.has("presses") and driver and not registry.DRIVERS[driver].tells_presses:
        table.problem("presses", f"driver {quoted(driver)} {_instead(driver)}")
        return {}
    read: dict[str, str] = {}
    for kind, word in written.items():
        place = (*table.path, "presses", kind)
        try:
            plain = presses.plain(kind)
        except ValueError as error:
            table.findings.problem(place, f"presses: {error}")
            continue
        if plain in read:
            table.findings.problem(place, f"press {quoted(kind)} stands twice in presses; remove one")
        if word not in presses.WORDS:
            known = sorted(presses.WORDS)
            table.findings.problem(place, f"unknown meaning {quoted(word)} in presses{suggestion(word, known)}")
            continue
        read[plain] = word
    return read


def read_role(table: Table) -> tuple[str | None, bool]:
    """(what somebody lies or sits on, whether the device says the opposite of what it should)."""
    role = table.optional_text("role", remedy=f"write one of: {listed(ROLES)}")
    inverted = table.optional_flag("inverted")
    if role is not None and role.strip() and role not in ROLES:
        table.problem("role", f"unknown role {quoted(role)}{suggestion(role, ROLES)}")
        return None, False
    if role is None and inverted is not None:
        table.problem("inverted", 'inverted belongs to a mat; write role = "bed" or role = "chair", or remove it')
    return role or None, bool(inverted)


def _instead(driver: str) -> str:
    if registry.DRIVERS[driver].code_map_words is not None:
        return "has a code_map, which says the same of its codes; write it there"
    return "tells no kinds of presses; remove it"
