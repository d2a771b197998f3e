from pathlib import Path

from drivers.registry import DRIVERS
from gateway import catalogue

PAGE = Path(__file__).parent.parent.parent / "docs" / "devices.md"


def test_the_page_of_devices_is_what_the_registry_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == catalogue.page(), (
        "run `python -P -m gateway.catalogue > docs/devices.md`"
    )


def test_every_driver_and_model_is_on_the_page() -> None:
    page = catalogue.page()
    for name, driver in DRIVERS.items():
        assert f"## `{name}`" in page
        assert all(f"| `{model}` |" in page for model in driver.models)


def test_the_list_is_wrapped_to_a_narrow_terminal_and_whole_elsewhere() -> None:
    rows = catalogue.rows()
    narrow, whole = catalogue.table(rows, 45), catalogue.table(rows)
    assert max(map(len, narrow.splitlines())) <= 45 < max(map(len, whole.splitlines()))
    assert narrow.split() == whole.split()
