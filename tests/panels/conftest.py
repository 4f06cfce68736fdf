"""What the tests of panels share: the language, what is displayed, a shop with a client file, no charts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from crmlib import words


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    words.speak("en", "JPY")
    yield
    words.speak("en", "JPY")


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is displayed."""
    seen: list[Any] = []
    monkeypatch.setattr("IPython.display.display", seen.append)
    return seen


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    """What a panel asks of a shop, with a client file that can be read."""
    (tmp_path / "orders.csv").write_text("order_id\n", encoding="utf-8")
    path = tmp_path / "acme.yml"
    path.write_text("name: acme\nsources:\n  orders: {path: orders.csv}\n", encoding="utf-8")
    days = {"first_day": 19_000, "as_of_day": 20_000, "as_of": date(2024, 10, 4)}
    return SimpleNamespace(**days, client=SimpleNamespace(path=path))


@pytest.fixture
def no_pictures(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """No chart is drawn but in the test that is about it: it costs more than all the rest of a view."""
    if "draws" not in request.node.name:
        monkeypatch.setattr("crmlib.panels.picture.drawn", lambda *_args, **_how: "<svg/>")
