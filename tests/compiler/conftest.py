"""Programs are held to eager code on each backend."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True, scope="module")
def on_each_backend(each_backend: str) -> str:
    return each_backend
