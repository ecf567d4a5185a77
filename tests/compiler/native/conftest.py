"""These tests name the backend that they are about."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True, scope="module")
def on_each_backend() -> None:
    """Run them once."""
