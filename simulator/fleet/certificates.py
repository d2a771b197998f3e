"""A certificate for every home, the broker and the desk, and who may say what: as deploy/district-broker has it."""

from pathlib import Path

from simulator.authority import Authority, Pair
from simulator.fleet.homes import DISTRICT

DESK = f"anju-desk-{DISTRICT}"
_PREFIX = f"anju/v1/{DISTRICT}"
_RIGHTS = (
    f"user {DESK}",
    *(f"topic read {_PREFIX}/+/{branch}" for branch in ("alarm", "event", "telemetry", "status", "reply")),
    *(f"topic write {_PREFIX}/+/{branch}" for branch in ("answer", "command")),
    f"topic write {_PREFIX}/centre/status",
    *(f"pattern write {_PREFIX}/%u/{branch}" for branch in ("alarm", "event", "telemetry", "status", "reply")),
    *(f"pattern read {_PREFIX}/%u/{branch}" for branch in ("answer", "command", "status")),
    f"pattern read {_PREFIX}/centre/status",
)


class Certificates:
    """One authority and what it has issued, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._authority = Authority(folder)
        self._folder = folder

    def broker_settings(self) -> str:
        """Lines for mosquitto.conf: nobody comes in without a certificate, and each speaks for itself alone."""
        server = self._authority.server()
        rights = self._folder / "rights"
        rights.write_text("\n".join(_RIGHTS) + "\n", encoding="utf-8")
        rights.chmod(0o600)
        return (
            f"cafile {self._authority.file}\ncertfile {server.certificate}\nkeyfile {server.key}\n"
            "require_certificate true\nuse_identity_as_username true\nuse_username_as_clientid true\n"
            f"acl_file {rights}\n"
        )

    def client_settings(self, name: str) -> str:
        """Lines for the TOML file of the gateway or desk of this name, with a certificate of its own."""
        pair: Pair = self._authority.client(name)
        return (
            f'tls = true\nca_file = "{self._authority.file}"\ncert_file = "{pair.certificate}"\nkey_file = "{pair.key}"'
        )
