"""Fixtures of the call centre's tests."""

from pathlib import Path

import pytest

from tests.callcentre.desks import Desk
from tests.support.brokers import Broker


@pytest.fixture
def desk(tmp_path: Path, district_broker: Broker) -> Desk:
    """A desk that is not started yet, at the district's running broker."""
    return Desk(tmp_path, district_broker.port)
