"""What can be measured: one name per quantity, one unit, and between which values a reading can be true.

Every driver's measurement bears a name and a unit of this table; a test walks all captured frames. Where another unit
is in use, `in_unit` converts it. A plausible range is as wide as living people and working sensors go: what lies
outside is a fault of the sensor, never a finding about a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Another unit of a quantity: a value in it times `factor` plus `offset` is the value in the quantity's own."""

    factor: float
    offset: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One thing that is measured, in `unit` (None for a pure number).

    `plausible`: the lowest and the highest value that can be true, None where nobody can say. `back` is how far inside
    a limit a vital sign has to be for its alarm to be over; None for what is no vital sign. `others` are further units.
    """

    unit: str | None
    plausible: tuple[float, float] | None = None
    back: float | None = None
    others: Mapping[str, Scale] = field(default_factory=dict)

    @property
    def is_vital(self) -> bool:
        """Whether it tells of a person's body, so that it may have limits."""
        return self.back is not None


_FAHRENHEIT = {"degF": Scale(factor=5 / 9, offset=-160 / 9)}
_KILOPASCAL = {"kPa": Scale(factor=7.50062)}
_MMOL_PER_LITRE_OF_GLUCOSE = {"mmol/L": Scale(factor=18.016)}

QUANTITIES: Mapping[str, Quantity] = {
    "heart_rate": Quantity(unit="bpm", plausible=(20, 250), back=5),
    "respiratory_rate": Quantity(unit="bpm", plausible=(2, 70), back=2),
    "blood_oxygen": Quantity(unit="percent", plausible=(50, 100), back=1),
    "blood_pressure_systolic": Quantity(unit="mmHg", plausible=(50, 300), back=5, others=_KILOPASCAL),
    "blood_pressure_diastolic": Quantity(unit="mmHg", plausible=(20, 200), back=5, others=_KILOPASCAL),
    "body_temperature": Quantity(unit="degC", plausible=(28, 44), back=0.3, others=_FAHRENHEIT),
    "blood_glucose": Quantity(unit="mg/dL", plausible=(10, 900), back=10, others=_MMOL_PER_LITRE_OF_GLUCOSE),
    "body_weight": Quantity(unit="kg", plausible=(20, 300), back=0.5, others={"lb": Scale(factor=0.45359237)}),
    "temperature": Quantity(unit="degC", others=_FAHRENHEIT),
    "humidity": Quantity(unit="percent"),
    "carbon_dioxide": Quantity(unit="ppm"),
    "illuminance": Quantity(unit="lx"),
    "gas_concentration": Quantity(unit="percent"),
    "gas_value": Quantity(unit="count"),
    "smoke_value": Quantity(unit="count"),
    "body_movement": Quantity(unit="percent"),
    "static_dwell": Quantity(unit=None),
}
"""By name. Sources: molar mass of glucose 180.16 g/mol; 1 kPa is 7.50062 mmHg. A rate of breath or heart is per minute
("bpm"). `gas_value` and `smoke_value` are a head's own numbers, whose unit nobody has published."""


def in_unit(quantity: Quantity, value: float, unit: str | None) -> float | None:
    """A value in the quantity's own unit; None where the unit is not one of its units."""
    if unit == quantity.unit:
        return value
    scale = quantity.others.get(unit or "")
    return None if scale is None else value * scale.factor + scale.offset


def is_plausible(quantity: Quantity, value: float) -> bool:
    """Whether a value in the quantity's own unit can be true."""
    if quantity.plausible is None:
        return True
    lowest, highest = quantity.plausible
    return lowest <= value <= highest
