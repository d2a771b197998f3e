import pytest

from drivers.nesting import LIMIT_LEVELS, is_too_deep


def nested(levels: int) -> object:
    value: object = 1
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


@pytest.mark.parametrize(
    ("levels", "too_deep"), [(0, False), (1, False), (LIMIT_LEVELS, False), (LIMIT_LEVELS + 2, True)]
)
def test_only_what_is_nested_beyond_the_limit_is_too_deep(levels: int, too_deep: bool) -> None:
    assert is_too_deep(nested(levels)) is too_deep


def test_depth_beyond_the_stack_is_told_without_recursion() -> None:
    value: object = []
    for _ in range(200_000):
        value = [value]
    assert is_too_deep(value)
    while isinstance(value, list) and value:  # taken apart by hand: the garbage collector would recurse
        value = value.pop()
