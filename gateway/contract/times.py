"""Times on the wire: RFC 3339, UTC, milliseconds."""

from datetime import UTC, datetime


def to_text(moment: datetime) -> str:
    """Write an aware datetime as RFC 3339 in UTC with milliseconds and `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """Read an RFC 3339 time with its offset.

    Raises ValueError where it is not one or bears no offset (a time without a zone is no time),
    and where it lies outside the years 1 to 9999 in UTC.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone offset")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text!r} is out of range") from error
