"""Which of several errors of one connection to tell of."""

from drivers.link.mqtt import MqttError, RefusedError


def first_error(group: BaseExceptionGroup[MqttError]) -> MqttError:
    """The error that says most: a refusal before a mere loss."""
    errors = list(_leaves(group))
    return next((error for error in errors if isinstance(error, RefusedError)), errors[0])


def _leaves(group: BaseExceptionGroup[MqttError]) -> list[MqttError]:
    found: list[MqttError] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found
