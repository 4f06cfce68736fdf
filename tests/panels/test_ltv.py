"""The panel of lifetime value: by hand, what moves with the controls, what cannot be told, what is kept."""

from __future__ import annotations

import math
import re
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import yaml

from crmlib import panels, words
from crmlib.analysis import aggregates, elements, ltv
from crmlib.panels import frame

AS_OF = 20_000
LINES = ["order_id", "channel", "product_id", "quantity", "line_amount", "line_type"]
# 40 customers of two years ago, each 1,000 yen; half of them 500 yen more after 60 days. Goods cost 40 %.
OLD = [(f"c{n:02d}", AS_OF - 730, 1000) for n in range(40)] + [(f"c{n:02d}", AS_OF - 670, 500) for n in range(20)]
NEW = [(f"n{n}", AS_OF - 10, 1000) for n in range(10)]
NAN = math.nan
MEDIA = pd.DataFrame({"media": ["tv"], "cost": [40_000], "n_customers": [50], "n_main": [40.0]})


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The panels that are opened."""
    seen: list[Any] = []
    monkeypatch.setattr(frame, "show", lambda panel, **_how: seen.append(panel))
    return seen


def opened(
    shown: list[Any], rows: list[tuple[str, int, int]] | None = None, *, rate: float = 0.6, media: pd.DataFrame = MEDIA,
    margin_rate: float | None = None, recent: float | None = None, variable_cost: float = 0.0,
) -> Any:  # fmt: skip
    orders = pd.DataFrame(OLD + NEW if rows is None else rows, columns=["customer_id", "order_day", "amount"])
    orders = orders.astype({"customer_id": "str", "order_day": "int64", "amount": "int64"})
    orders = orders.assign(order_id=[f"{n:03d}" for n in range(len(orders))], channel="own")
    lines = orders.assign(product_id="gel", quantity=1, line_amount=orders["amount"], line_type="product")[LINES]
    products = pd.DataFrame({"product_id": ["gel"], "unit_cost": [NAN], "gross_margin_rate": [rate]})
    if recent is not None:
        lines["product_id"] = lines["product_id"].where(orders["order_day"] < AS_OF - 100, "cream")
        products.loc[1] = ["cream", NAN, recent]
    sold = (orders, lines, products)
    shop: Any = SimpleNamespace(
        orders=orders, order_items=lines, relation={"products": products}.get, client=None, as_of=date(2024, 10, 4),
        first_day=AS_OF - 730, as_of_day=AS_OF,
    )  # fmt: skip
    margin = ltv.margin(aggregates.margin_counts(*sold, as_of_day=AS_OF), margin_rate=margin_rate)
    bought = elements.from_purchases(aggregates.purchase_values(*sold, as_of_day=AS_OF, margin_rate=margin.fill))
    days = ltv.value_days(720, observed_days=730)
    given: dict[str, Any] = {"margin_rate": margin_rate, "variable_cost": variable_cost}
    panels.ltv.sensitivity(shop, margin=margin, bought=bought, media=media, days=days, **given)
    return shown[-1]


def view(panel: Any, **changed: Any) -> str:
    unchanged = {"points": 0.0, "price": 0.0, "pace": 100}
    return frame.view(panel, {**panel.values, **unchanged, **changed})


def row(html: str, name: str) -> list[str]:
    """The cells of the row that begins with a name."""
    return re.findall(r"<td>(.*?)</td>", html.split(f"<tr><td>{name}</td>")[1].split("</tr>", maxsplit=1)[0])


def test_by_hand(shown: list[Any]) -> None:
    panel = opened(shown)
    assert (panel.values["margin"], panel.values["cpo"]) == (60.0, 1000)
    html = view(panel)
    # 1,000 + half of 500 in sales, 60 % of it in gross profit.
    assert "40 customers observed for 365 days each brought ¥1,250 in sales" in html
    assert row(html, "365")[:2] == ["40", "1,250"]
    assert row(html, "30")[:2] == ["40", "1,000"]
    # 50 new customers make 40 of the main product: 750 x 50 / 40 may be spent on one; each new one cost 800 yen.
    assert "The break-even CPO is ¥938 (95% interval" in html
    assert row(html, "as it is")[:3] == ["50.0%", "750", "938"]
    # 750 yen never cover the 800 of a new customer, who was followed for 720 days.
    assert "at a CPO of ¥1,000 a customer does not pay back within the 720 days followed" in html
    # One point of 50 % is a fiftieth of the later 150 yen; ten customers came in the last year.
    assert row(html, "as it is")[-2:] == ["3", "30"]
    assert "brings ¥3 gross profit a new customer in the first year, or ¥30 over the 10 customers" in html


@pytest.mark.parametrize(
    ("changed", "profit", "sales"),
    [
        ({}, "750", "1,250"),
        ({"points": 10.0}, "780", "1,300"),  # a fifth more later purchases: 150 x 1.2
        ({"price": 10.0}, "875", "1,375"),  # the whole rise is gross profit
        ({"margin": 70.0}, "875", "1,250"),
        ({"pace": 200}, "750", "1,250"),
    ],
)
def test_each_control_moves_its_own(shown: list[Any], changed: dict[str, Any], profit: str, sales: str) -> None:
    html = view(opened(shown), **changed)
    assert row(html, "with the changes")[1] == profit
    assert row(html, "365")[-2:] == [sales, profit]
    assert row(html, "as it is")[1] == "750"


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    ("margin", "profit"), [(0.0, "0"), (32.5, "375"), (65.0, "750"), (82.5, "1,000"), (100.0, "1,250")]
)
def test_the_margin_of_all_sales_moves_that_of_each(shown: list[Any], margin: float, profit: str) -> None:
    # Those observed have 60 % and others 90 %, 65 % in all: half of it is half of each, half the cost likewise.
    panel = opened(shown, recent=0.9)
    assert panel.values["margin"] == 65.0
    assert row(view(panel, margin=margin), "with the changes")[1] == profit


def test_a_margin_moved_back_is_what_it_was(shown: list[Any]) -> None:
    panel = opened(shown, rate=0.60449, variable_cost=100.0)
    assert panel.values["margin"] == 60.4
    # 60.449 % of 1,250 less 100 of an order and a half; then without a margin the orders' own cost alone.
    for margin, profit in ((60.4, "606"), (0.0, "-150"), (100.0, "1,100")):
        assert row(view(panel, margin=margin), "with the changes")[1] == profit


def test_a_day_beyond_those_followed_is_not_said_to_be_unobserved(shown: list[Any]) -> None:
    html = view(
        opened(shown), pace=50
    )  # day 365 is read at day 730: 40 customers were observed so long, 720 are followed
    assert "cannot be told: the days followed do not reach so far" in html
    assert "nobody was observed so long" not in html


def test_a_cost_that_comes_back(shown: list[Any]) -> None:
    html = view(opened(shown), cpo=900)  # 720 a new customer; 750 by day 60
    assert "at a CPO of ¥900 a customer pays back in month 2" in html
    assert row(html, "as it is")[6:8] == ["reached", "2"]
    slower = view(opened(shown), cpo=900, pace=200)
    assert row(slower, "with the changes")[6:8] == ["reached", "4"]


def test_without_a_cost_payback_cannot_be_told(shown: list[Any]) -> None:
    panel = opened(shown, media=MEDIA.head(0))
    assert panel.values["cpo"] == 0
    html = view(panel)
    assert "When a customer pays back cannot be told without a cost." in html
    assert "The break-even CPO is ¥750" in html
    assert row(html, "as it is")[5:7] == [words.MISSING, "cannot be told"]


def test_without_known_costs_a_margin_stands_in(shown: list[Any]) -> None:
    panel = opened(shown, rate=NAN)
    assert panel.values["margin"] == 0
    html = view(panel)
    assert "the gross profit cannot be told" in html
    assert row(html, "as it is")[1] == words.MISSING
    told = view(panel, margin=60.0)
    assert row(told, "as it is")[1] == "750"
    assert "a gross margin of 60.0% stands in" in told
    given = opened(shown, rate=NAN, margin_rate=0.6)
    assert given.values["margin"] == 60.0
    assert row(view(given), "as it is")[1] == "750"


@pytest.mark.parametrize("rows", [[], [("a", AS_OF - 400, 500)], [("a", AS_OF, 500)]])
def test_nobody_and_one_customer(shown: list[Any], rows: list[tuple[str, int, int]]) -> None:
    html = view(opened(shown, rows), points=5.0)
    assert 'role="alert"' not in html
    assert "What one point of F2 is worth cannot be told" in html


def test_what_is_kept_is_what_the_plan_accepts(shown: list[Any]) -> None:
    from crmlib.batch.limits import fault
    from crmlib.batch.template import read_template

    template = read_template(Path(__file__).resolve().parents[2] / "notebooks" / "ltv.ipynb")
    known = {p.name: p for p in template.parameters}
    kept = opened(shown).keep({**opened(shown).values, "points": 2.5, "price": 7.0, "margin": 70.0})
    assert kept == {"price_change": 0.07, "rate_points": 0.025}  # the margin of known costs is in the products
    blind = opened(shown, rate=NAN)
    assert blind.keep(blind.values)["margin_rate"] is None
    assert blind.keep({**blind.values, "margin": 55.5})["margin_rate"] == 0.555
    for values in (kept, blind.keep({**blind.values, "margin": 55.5}), blind.keep(blind.values)):
        assert yaml.safe_load(frame.lines("ltv", values)) == {"ltv": values}
        for name, value in values.items():
            assert not fault(value, known[name].default, known[name].limits, decimals=0)


def test_in_japanese_nothing_is_left_in_english(shown: list[Any]) -> None:
    words.speak("ja", "JPY")
    for changed in ({}, {"cpo": 0}, {"cpo": 900, "price": 5.0}):
        html = re.sub(r"data:image/svg\+xml;base64,[^\"]*", "", view(opened(shown), **changed))
        assert not re.search(r"[A-Za-z]{4,}", re.sub(r"<style>.*?</style>|<[^>]*>", "", html))
