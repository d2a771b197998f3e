"""`anju-desk`: run the call centre's desk, issue tokens, bring in the residents' cards."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from callcentre.config import LOOPBACK, ConfigError, DeskConfig, load
from callcentre.handling import Person, Role
from callcentre.store.people import issue_token, revoke
from callcentre.store.residents import CardError, import_cards, read_cards
from callcentre.store.schema import StoreError, one_write

DONE, NO, WRONG_USE = 0, 1, 2
NAME_LIMIT = 64


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status is 0 done, 1 the answer is no, 2 wrong use or wrong input."""
    parsed = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace, DeskConfig], int] = parsed.command
    try:
        return command(parsed, load(parsed.config))
    except ConfigError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return WRONG_USE
    except StoreError as error:
        print(f"anju-desk: {error}", file=sys.stderr)
        return NO


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="anju-desk", description="The call centre's desk for one district.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--config", type=Path, required=True, metavar="FILE", help="the desk's TOML file")

    run = commands.add_parser("run", parents=[shared], help="receive alarms and serve the operators' page")
    run.add_argument("--sign-in-visitors", action="store_true", help="demo only: whoever opens the page is signed in")
    run.set_defaults(command=_run)

    token = commands.add_parser("token", parents=[shared], help="print a new bearer token (also beside a running desk)")
    token.add_argument("--name", required=True, type=_name, help="whose token it is; kept inside the centre")
    token.add_argument("--role", required=True, choices=[role.value for role in Role])
    token.set_defaults(command=_token)

    revoked = commands.add_parser("revoke", parents=[shared], help="end every token and session of a name")
    revoked.add_argument("--name", required=True, type=_name)
    revoked.set_defaults(command=_revoke)

    residents = commands.add_parser("residents", parents=[shared], help="bring in the residents' cards")
    residents.add_argument(
        "--import",
        dest="cards",
        type=Path,
        required=True,
        metavar="CSV",
        help="columns pseudonym,name,address,telephone,note; a known pseudonym is replaced",
    )
    residents.set_defaults(command=_residents)
    return parser


def _name(text: str) -> str:
    name = text.strip()
    if not name or len(name) > NAME_LIMIT or not name.isprintable():
        raise argparse.ArgumentTypeError(f"use 1 to {NAME_LIMIT} printable characters")
    return name


def _run(parsed: argparse.Namespace, config: DeskConfig) -> int:
    from callcentre.app import run_desk
    from callcentre.web.server import listen

    if parsed.sign_in_visitors and config.http_host not in LOOPBACK:
        print(
            f"{parsed.config}:1: --sign-in-visitors lets in whoever opens the page;"
            f" it is refused on {config.http_host}, use a loopback http.host",
            file=sys.stderr,
        )
        return WRONG_USE
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    if config.http_host not in LOOPBACK:
        logging.getLogger(__name__).warning("the page is served unencrypted: put it behind a TLS proxy")
    try:
        listener = listen(config.http_host, config.http_port)
    except OSError as error:
        print(f"anju-desk: cannot listen at {config.http_host}:{config.http_port}: {error}", file=sys.stderr)
        return NO
    status = DONE
    with listener:
        try:
            asyncio.run(run_desk(config, listener, sign_in_visitors=parsed.sign_in_visitors))
        except* StoreError as group:
            print(f"anju-desk: {group.exceptions[0]}", file=sys.stderr)
            status = NO
    return status


def _token(parsed: argparse.Namespace, config: DeskConfig) -> int:
    with one_write(config.database) as connection:
        token = issue_token(connection, Person(parsed.name, Role(parsed.role)), datetime.now(UTC))
    print(token)
    return DONE


def _revoke(parsed: argparse.Namespace, config: DeskConfig) -> int:
    with one_write(config.database) as connection:
        count = revoke(connection, parsed.name, datetime.now(UTC))
    print(f"{count} ended", file=sys.stderr)
    return DONE if count else NO


def _residents(parsed: argparse.Namespace, config: DeskConfig) -> int:
    try:
        with parsed.cards.open(encoding="utf-8-sig", newline="") as lines:
            cards = read_cards(lines)
    except CardError as error:
        for line, text in error.problems:
            print(f"{parsed.cards}:{line}: {text}", file=sys.stderr)
        return WRONG_USE
    except (OSError, UnicodeDecodeError) as error:
        print(f"{parsed.cards}:1: cannot be read as UTF-8 text ({error})", file=sys.stderr)
        return WRONG_USE
    with one_write(config.database) as connection:
        import_cards(connection, cards)
    print(f"{len(cards)} cards", file=sys.stderr)
    return DONE
