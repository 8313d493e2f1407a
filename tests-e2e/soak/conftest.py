"""Soak tests start what they need themselves: the product of the journeys is there for who asks for it."""

import pytest


@pytest.fixture(autouse=True)
def _hang_up() -> None:
    """Nothing to close: not every test here has the journeys' clients."""
