"""The panel of CPM thresholds: by hand, what moves with the controls, what is refused, what is kept."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import yaml

from crmlib import panels, words
from crmlib.analysis import aggregates, step_names
from crmlib.analysis.portfolio import Thresholds
from crmlib.panels import frame

AS_OF = 20_000  # 2024-10-04
# a bought once 200 days ago; b twice, 300 and 50 days ago; c came ten days ago; d left 100 days ago by 240 days.
ORDERS = pd.DataFrame(
    [("a", 200, 500), ("b", 300, 700), ("b", 50, 900), ("c", 10, 100), ("d", 340, 400)],
    columns=["customer_id", "ago", "amount"],
).assign(order_day=lambda rows: AS_OF - rows.pop("ago"), order_id=list("12345"))
START = Thresholds(amount=1000)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The panels that are opened."""
    seen: list[Any] = []
    monkeypatch.setattr(frame, "show", lambda panel, **_how: seen.append(panel))
    return seen


def opened(shown: list[Any], orders: pd.DataFrame = ORDERS, **more: Any) -> Any:
    first = int(orders["order_day"].min()) if len(orders) else AS_OF
    shop: Any = SimpleNamespace(orders=orders, client=None, first_day=first, as_of_day=AS_OF, as_of=date(2024, 10, 4))
    customers = aggregates.customer_table(orders, as_of_day=AS_OF)
    panels.portfolio.thresholds(shop, customers, **{"thresholds": START, **more})
    return shown[-1]


def view(panel: Any, **changed: Any) -> str:
    return frame.view(panel, {**panel.values, **changed})


def groups(html: str) -> dict[tuple[str, str], int]:
    """Customers of the groups that have any."""
    table = html.partition("Where customers went")[0]
    rows = re.findall(r"<tr><td>([^<]*)</td><td>(Active|Left)</td><td>([\d,]+)</td>", table)
    return {(step, state): int(n) for step, state, n in rows if n != "0"}


def test_by_hand(shown: list[Any]) -> None:
    html = view(opened(shown))
    # b: tenure 250 days, 1,600 yen, 50 days of silence.
    assert groups(html) == {("First-time", "Active"): 2, ("Excellent", "Active"): 1, ("First-time", "Left"): 1}
    assert "Trend and excellent begin at ¥1,000; a customer counts as left after 240 days" in html
    # A month before, a and b were there and active, d had left.
    assert "Of 2 customers active on 4 September 2024, 0 had left by 4 October 2024 (0.0%; 95% interval 0.0%" in html
    assert "0 of 1 who had left came back" in html


def test_moved_thresholds_move_customers(shown: list[Any]) -> None:
    panel = opened(shown)
    assert groups(view(panel, leave_days=341)) == {("First-time", "Active"): 3, ("Excellent", "Active"): 1}
    assert groups(view(panel, amount=1601))["Steady", "Active"] == 1
    assert groups(view(panel, excellent_days=251))["Trend", "Active"] == 1
    assert groups(view(panel, toddling_days=251, excellent_days=252))["Toddling", "Active"] == 1
    left = view(panel, leave_days=200)
    assert "1 had left by 4 October 2024 (50.0%" in left
    assert "Most of them left from the step “First-time”: 1." in left


def test_from_ninety_days_before(shown: list[Any]) -> None:
    html = view(opened(shown), since="days_90")
    # d had 250 days of silence then, b bought again since.
    assert "Of 2 customers active on 6 July 2024, 0 had left" in html
    assert "<tr><td>New</td><td>1</td>" in html


def test_where_the_data_are_too_short_nobody_can_have_left(shown: list[Any]) -> None:
    html = view(opened(shown), leave_days=330)
    assert "Who left from 4 September 2024 to 4 October 2024 cannot be told" in html
    assert groups(html)["First-time", "Left"] == 1
    # Of the earlier date nothing can be told, so that nothing of it is drawn.
    assert not re.search("<svg|image/svg", html)
    assert "Where customers went" not in html
    assert "Moves between the two dates" not in html
    assert "who has left by" not in html


def test_longer_than_the_data_nobody_is_said_to_have_stayed(shown: list[Any]) -> None:
    html = view(opened(shown), leave_days=400)
    assert "who has left by 4 October 2024: the data begin less than 400 days before it" in html
    assert groups(html) == {("First-time", "Active"): 3, ("Excellent", "Active"): 1}
    assert "Left" not in html
    assert "Where customers went" not in html


def test_tenures_that_do_not_follow_one_another_are_refused(shown: list[Any]) -> None:
    panel = opened(shown)
    sentence = "Excellent must begin at a longer tenure (90 days) than that at which toddling ends (90 days)."
    assert view(panel, excellent_days=90) == f'<p role="alert">{sentence}</p>'


@pytest.mark.parametrize("n", [0, 1])
@pytest.mark.parametrize("since", ["month", "days_90"])
def test_nobody_and_one_customer(shown: list[Any], n: int, since: str) -> None:
    html = view(opened(shown, ORDERS.head(n)), since=since)
    assert sum(groups(html).values()) == n
    assert 'role="alert"' not in html


def test_names_of_steps_are_escaped(shown: list[Any]) -> None:
    names = ["<script>1", "b", "c", "d", "e"]
    html = view(opened(shown, called=step_names.step_names(names)), leave_days=200)
    assert "&lt;script&gt;1" in html
    assert "<script>" not in html


def test_what_is_kept_is_what_the_plan_accepts(shown: list[Any]) -> None:
    from crmlib.batch.limits import fault
    from crmlib.batch.template import read_template

    template = read_template(Path(__file__).resolve().parents[2] / "notebooks" / "portfolio.ipynb")
    known = {p.name: p for p in template.parameters}
    panel = opened(shown, preset="make_repeater")
    for changed, amount in (({}, None), ({"amount": 5000, "leave_days": 180}, 5000)):
        kept = panel.keep({**panel.values, **changed})
        assert kept["amount"] == amount
        assert yaml.safe_load(frame.lines("portfolio", kept)) == {"portfolio": kept}
        for name, value in kept.items():
            assert not fault(value, known[name].default, known[name].limits, decimals=0)


def test_money_is_shown_in_the_currency_and_counted_in_cents(shown: list[Any]) -> None:
    words.speak("en", "USD")
    panel = opened(shown, amount=10.0)
    assert panel.values["amount"] == 10.0
    assert panel.keep(panel.values)["amount"] == 10.0
    assert panel.keep({**panel.values, "amount": 16.01})["amount"] == 16.01
    assert groups(view(panel, amount=16.01))["Steady", "Active"] == 1


def test_in_japanese_nothing_is_left_in_english(shown: list[Any]) -> None:
    words.speak("ja", "JPY")
    html = re.sub(r"data:image/svg\+xml;base64,[^\"]*", "", view(opened(shown), leave_days=200))
    assert not re.search(r"[A-Za-z]{4,}", re.sub(r"<style>.*?</style>|<[^>]*>", "", html))
