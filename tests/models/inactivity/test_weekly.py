"""What changed in a home's week, as numbers."""

from models.inactivity import InactivityWatch, Sensor
from models.inactivity.memory import from_bytes, to_bytes
from models.inactivity.routine import NAMES, Routine
from models.inactivity.weekly import changes_of


def of(month: list[float], week: list[float]) -> dict[str, tuple[float, float]]:
    memory = from_bytes(InactivityWatch([Sensor(id="bath", room="bathroom")]).state())
    memory.habits.routine = Routine(days=[month] * 28 + [week] * 7)
    return changes_of(to_bytes(memory))


def test_what_stays_is_not_told_and_what_differs_is_told_with_what_it_was() -> None:
    assert of([7.0, 1.0, 2.0, 6.0], [7.0, 1.0, 2.0, 6.0]) == {}
    assert of([7.0, 1.0, 2.0, 6.0], [7.0, 4.0, 0.0, 6.0]) == {
        "times_up_at_night": (4.0, 1.0), "outings": (0.0, 2.0),
    }  # fmt: skip


def test_before_five_weeks_nothing_is_told() -> None:
    assert Routine(days=[[1.0] * len(NAMES)] * 20).changes() == {}
