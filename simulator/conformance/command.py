"""`anju-sim platform-check`: is this platform a call centre by the contract?"""

import argparse
import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.link.endpoint import Endpoint, LinkLostError, Tls
from gateway.contract import topics
from simulator.conformance.run import check_platform
from simulator.conformance.verdict import Verdict

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_WORDS = {True: "pass", False: "FAIL", None: "----"}
_DESCRIPTION = """\
Connects to a district's broker as one house and drives the platform behind it through every message of the contract:
births, alarms of every kind, duplicates, words of a later version, torn lines. Prints what it did not do as
docs/integrators.md asks, and under which heading of it. Use a gateway id of its own: the platform will show its alarms.

Exit status: 0 nothing failed, 1 something did, 2 wrong use.
"""


def add(commands: "Commands") -> None:
    """Add the command."""
    check = commands.add_parser(
        "platform-check",
        help="is a platform a call centre by the contract?",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument("--host", required=True, help="the district's broker")
    check.add_argument("--port", type=_port, required=True)
    check.add_argument("--ca", type=Path, metavar="FILE", help="the authority of the broker's certificate: speak TLS")
    check.add_argument("--cert", type=Path, metavar="FILE", help="this house's certificate; its name is the gateway id")
    check.add_argument("--key", type=Path, metavar="FILE", help="its key")
    check.add_argument("--district", type=_name, required=True)
    check.add_argument("--gateway", type=_name, default="gw-check", help="default: gw-check")
    check.add_argument(
        "--patience", type=_seconds, default=10.0, metavar="SECONDS",
        help="how long to wait for an answer (default 10: then a house sends again)",
    )  # fmt: skip
    check.add_argument(
        "--handle", type=_seconds, default=0.0, metavar="SECONDS",
        help="also wait so long for somebody to accept and resolve one alarm on the platform",
    )  # fmt: skip
    check.add_argument("--json", action="store_true", help="print one JSON object")
    check.set_defaults(run=_check)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: write 1 to 65535")
    return int(text)


def _name(text: str) -> str:
    if not topics.is_name(text) or text == topics.CENTRE:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no such id: write 1 to 32 of a-z, 0-9 and -, not {topics.CENTRE}"
        )
    return text


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0.0 <= seconds <= 3_600.0:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: write 0 to 3600 seconds")
    return seconds


def _check(options: argparse.Namespace) -> int:
    try:
        endpoint = _endpoint(options)
    except LinkLostError as error:
        print(f"anju-sim platform-check: {error}", file=sys.stderr)
        return 2
    verdicts = asyncio.run(
        check_platform(
            endpoint, options.district, options.gateway,
            patience_seconds=options.patience, handle_seconds=options.handle,
        )
    )  # fmt: skip
    print(json.dumps(summary(verdicts)) if options.json else table(verdicts), flush=True)
    return 1 if any(verdict.passed is False for verdict in verdicts) else 0


def _endpoint(options: argparse.Namespace) -> Endpoint:
    """Raises LinkLostError where the TLS files cannot be used, or are missing."""
    if options.ca is None:
        if options.cert or options.key:
            raise LinkLostError("--cert and --key want --ca too: without it there is no TLS")
        if options.host not in _LOOPBACK:
            raise LinkLostError(f"{options.host} is not this machine: houses speak TLS there; give --ca")
        return Endpoint(host=options.host, port=options.port)
    if (options.cert is None) != (options.key is None):
        raise LinkLostError("--cert and --key belong together")
    tls = Tls(
        ca_file=str(options.ca),
        cert_file=str(options.cert) if options.cert else None,
        key_file=str(options.key) if options.key else None,
    )
    tls.context()
    return Endpoint(host=options.host, port=options.port, tls=tls)


def summary(verdicts: list[Verdict]) -> dict[str, object]:
    """What `--json` prints."""
    return {
        "passed": sum(verdict.passed is True for verdict in verdicts),
        "failed": sum(verdict.passed is False for verdict in verdicts),
        "unchecked": sum(verdict.passed is None for verdict in verdicts),
        "checks": [asdict(verdict) for verdict in verdicts],
    }


def table(verdicts: list[Verdict]) -> str:
    """The same for a person: what failed bears the heading of docs/integrators.md that asks for it."""
    width = max(len(verdict.check) for verdict in verdicts)
    lines = [f"{_WORDS[verdict.passed]}  {verdict.check:<{width}}  {_said(verdict)}" for verdict in verdicts]
    counts = summary(verdicts)
    return "\n".join(
        [*lines, f"{counts['passed']} passed, {counts['failed']} failed, {counts['unchecked']} not checked"]
    )


def _said(verdict: Verdict) -> str:
    return verdict.says if verdict.passed else f"{verdict.says} (docs/integrators.md, {verdict.where})"
