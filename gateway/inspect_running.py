"""`anju status`: what the running gateway says of itself over its local HTTP address."""

import http.client
import json
import socket
from typing import Any

from gateway.config import Config
from gateway.control import path_of

TIMEOUT_SECONDS = 3.0


def ask(config: Config) -> dict[str, Any]:
    """`status` is `working`, `degraded` or `unreachable`; with it problems, notes and enrolment offers."""
    try:
        report = _get(config, "/healthz", "status")
        report["enrolment_offers"] = _get(config, "/offers", "offers")["offers"]
    except (OSError, ValueError, http.client.HTTPException) as error:
        where = f"{config.http.host}:{config.http.port}"
        return {"status": "unreachable", "problems": [f"no gateway answers on {where}: {error}; is it running?"]}
    return report


def is_running(config: Config) -> bool:
    """Whether a gateway with this store runs: it listens on the socket beside it."""
    with socket.socket(socket.AF_UNIX) as asking:
        try:
            asking.connect(str(path_of(config.store_path)))
        except OSError:
            return False
    return True


def text(report: dict[str, Any]) -> str:
    """The report for a person."""
    lines = [f"status: {report['status']}"]
    lines += [f"problem: {problem}" for problem in report.get("problems", [])]
    lines += [f"route {name}: {state}" for name, state in report.get("routes", {}).items()]
    lines += [f"note: {note}" for note in report.get("notes", [])]
    if "protection" in report:
        lines.append(protection_text(report["protection"]))
        lines += FALLS.get(report["protection"].get("falls"), ())
    if "away_since" in report:
        lines.append(_away(report))
    for offer in report.get("enrolment_offers", []):
        lines.append(
            f"not enrolled: {offer['driver']} {offer['address']} code {offer['code']}, "
            f"heard {offer['heard']} times, last at {offer['last_heard_at']}"
        )
    return "\n".join(lines)


FALLS = {
    "watching": ("falls are watched",),
    "not_worn": ("no fall is noticed: the worn device lies still, as on a table",),
    "silent": ("no fall is noticed: no samples of a worn device for 15 minutes",),
    "faulty": ("no fall is noticed: the samples of the worn device cannot be used, see its device_fault",),
}


def protection_text(protection: dict[str, Any]) -> str:
    """What is promised of noticing a collapse, in one line."""
    match protection["inactivity"]:
        case "off":
            return "no inactivity protection: it is switched off in the gateway's file"
        case "none":
            return "no inactivity protection: no sensor here sees everyday activity"
    kinds = ", ".join(protection.get("kinds", []))
    if protection["inactivity"] == "suspended":
        return f"inactivity is not watched until {protection['until']}: nobody is at home"
    quiet = f"; from {protection['quiet'].replace('-', ' to ')} nobody is asked aloud" if "quiet" in protection else ""
    return f"inactivity is watched: {kinds}{quiet}"


def _away(report: dict[str, Any]) -> str:
    since, until, by = (report.get(f"away_{key}") for key in ("since", "until", "by"))
    if until is None:
        return f"nobody at home since {since}, as was pressed at the box"
    return f"nobody at home since {since} until {until}, as the {by} said; fire and calls for help are watched as ever"


def _get(config: Config, path: str, key: str) -> dict[str, Any]:
    connection = http.client.HTTPConnection(config.http.host, config.http.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        answer = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    if not isinstance(answer, dict) or key not in answer:
        raise ValueError(f"{path} is not a gateway's")
    return answer
