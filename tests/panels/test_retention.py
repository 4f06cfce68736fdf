"""The panel of the second purchase: by hand, what moves with the controls, what cannot be told, what is kept."""

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
from crmlib.analysis import aggregates
from crmlib.panels import frame

AS_OF = 400
# a came back after 20 days, b and c have not; c was observed for 30 days only.
ORDERS = pd.DataFrame({
    "customer_id": ["a", "a", "b", "c"], "order_id": ["1", "2", "3", "4"], "channel": "own",
    "order_day": [300, 320, 310, 370], "order_kind": "one_off", "acq_media": ["tv", "net", "net", "net"],
    "amount": [500, 700, 900, 400],
}).assign(order_date=lambda rows: pd.to_datetime(rows["order_day"], unit="D"))  # fmt: skip
LINES = pd.DataFrame({
    "order_id": ["1", "3", "4"], "channel": "own", "line_no": 1, "product_id": ["gel", "soap", "gel"],
    "line_amount": 500, "line_type": "product",
})  # fmt: skip
CUSTOMERS = pd.DataFrame({"customer_id": ["a", "b", "c"], "acq_media": ["call", "call", "shop"]})
PRODUCTS = pd.DataFrame({"product_id": ["gel", "soap"], "product_name": ["<b>Gel</b>", "Soap"]})


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The panels that are opened at the desk."""
    seen: list[Any] = []
    monkeypatch.setattr(frame, "show", lambda panel, **_how: seen.append(panel))
    return seen


def shop_of(orders: pd.DataFrame = ORDERS, lines: pd.DataFrame = LINES, **tables: pd.DataFrame) -> Any:
    """What the panel asks of a shop."""
    known = {"customers": CUSTOMERS, "products": PRODUCTS, **tables}
    return SimpleNamespace(
        orders=orders, order_items=lines, table=known.get, relation=known.get, client=None,
        first_day=300, as_of_day=AS_OF, as_of=date(1971, 2, 5),
    )  # fmt: skip


def opened(shown: list[Any], shop: Any, *, desk: bool = True) -> Any:
    returns = aggregates.return_table(shop.orders, shop.order_items, as_of_day=AS_OF)
    panels.retention.second_purchase(shop, returns, window_days=60, min_group=1, desk=desk)
    return shown[-1]


def view(panel: Any, **changed: Any) -> str:
    return frame.view(panel, {**panel.values, **changed})


def row(html: str, name: str) -> list[str]:
    """The cells of the row that begins with a name."""
    return re.findall(r"<td>(.*?)</td>", html.split(f"<tr><td>{name}</td>")[1].split("</tr>", maxsplit=1)[0])


def test_by_hand_of_all_customers(shown: list[Any]) -> None:
    html = view(opened(shown, shop_of()))
    assert "Of 2 customers observed for at least 60 days since their first purchase, 50.0%" in html
    assert "The largest loss lies between purchase 1 and purchase 2: 1 of 2 customers" in html
    # Reached, observed for 60 days, back within 60; Wilson's interval of 1 in 2.
    assert row(html, "60")[:6] == ["3", "2", "1", "50.0%", "9.5%", "90.5%"]
    assert row(html, "90")[:4] == ["3", "2", "1", "50.0%"]
    assert row(html, "All cohorts")[:1] == ["100.0%"]


def test_a_longer_window_counts_only_who_was_observed_so_long(shown: list[Any]) -> None:
    panel = opened(shown, shop_of())
    assert "Of 3 customers observed for at least 30 days" in view(panel, window_days=30)
    assert "Of 1 customer observed for at least 95 days" in view(panel, window_days=95)
    few = view(panel, window_days=95, min_group=2)
    assert row(few, "95")[:4] == ["3", "1", "1", words.MISSING]
    assert row(few, "90")[:4] == ["3", "2", "1", "50.0%"]
    assert "to 50.0% within 90 days" in few
    assert "nobody has been observed for 120 days yet" in view(panel, window_days=120)


def test_of_fewer_than_a_group_the_sentences_say_counts(shown: list[Any]) -> None:
    panel = opened(shown, shop_of())
    few = view(panel, min_group=3)  # two have been observed for 60 days
    assert "Of 2 customers observed for at least 60 days since their first purchase, 1 bought a second time" in few
    assert "1 of 2 customers did not come back within 60 days; of fewer than 3 customers no share is told." in few
    assert "50.0%" not in "".join(re.findall(r'<p role="status">(.*?)</p>', few))
    assert "50.0%" in "".join(re.findall(r'<p role="status">(.*?)</p>', view(panel, min_group=2)))


def test_the_note_of_the_cohorts_is_true_of_what_is_shown(shown: list[Any]) -> None:
    panel = opened(shown, shop_of())
    only, alone = "only cohorts of at least", "No cohort by itself has"
    whole = view(panel, min_group=2).partition("Share that bought")[2]
    assert only not in whole
    assert "All cohorts are taken together" in whole
    assert "Fewer than 4 customers began" in view(panel, min_group=4)
    assert only in view(panel, by="month")
    few = view(panel, by="month", min_group=2)
    assert only not in few
    assert alone in few
    assert "Fewer than 4 customers began" not in view(panel, by="acq_media", min_group=2)
    assert only in view(panel, by="acq_media", min_group=2)
    assert "No group has 4 customers" in view(panel, by="acq_media", min_group=4)


def test_by_product_medium_and_month(shown: list[Any]) -> None:
    panel = opened(shown, shop_of())
    by_product = view(panel, by="product_id")
    assert row(by_product, "Soap")[:3] == ["1", "1", "0"]
    assert "&lt;b&gt;Gel&lt;/b&gt;" in by_product
    assert "<b>Gel</b>" not in by_product
    by_medium = view(panel, by="acq_media")
    assert row(by_medium, "net")[:3] == ["2", "1", "0"]
    assert row(by_medium, "tv")[:3] == ["1", "1", "1"]
    assert "The medium is that of the first order." in by_medium
    by_month = view(panel, by="month")
    assert row(by_month, "1970-10")[:3] == ["1", "1", "1"]
    assert row(by_month, "1970-11")[:3] == ["1", "1", "0"]
    assert row(by_month, "1971-01")[:3] == ["1", "0", "0"]


def test_a_month_that_is_not_over_is_marked_among_the_cohorts(shown: list[Any]) -> None:
    cohorts = view(opened(shown, shop_of()), by="month").partition("Share that bought")[2]
    assert row(cohorts, "1971-01")[:3] == ["100.0%", "0.0%*", ""]  # the base date is 5 February
    assert "<p>* The period is not over yet; the figure will still rise.</p><p>Empty: not yet observed.</p>" in cohorts
    assert "*" not in "".join(row(cohorts, "All cohorts"))


def test_small_groups_keep_their_counts_and_lose_their_rate(shown: list[Any]) -> None:
    panel = opened(shown, shop_of())
    html = view(panel, by="acq_media", min_group=2)
    assert row(html, "net")[:4] == ["2", "1", "0", words.MISSING]
    assert "<tr><td>tv</td><td>100.0%" not in html  # no row among the cohorts


def test_media_of_the_customer_table_stand_in_where_no_order_has_one(shown: list[Any]) -> None:
    blank = ORDERS.assign(acq_media="unknown")
    html = view(opened(shown, shop_of(blank)), by="acq_media")
    assert "No order has a medium, so it is that of the table of customers." in html
    assert row(html, "call")[:3] == ["2", "2", "1"]
    nobody = shop_of(blank, customers=CUSTOMERS.head(0))
    assert "neither the orders nor the table of customers has a medium" in view(opened(shown, nobody), by="acq_media")


def test_without_lines_the_product_cannot_be_told(shown: list[Any]) -> None:
    html = view(opened(shown, shop_of(lines=LINES.head(0))), by="product_id")
    assert "By first product it cannot be told" in html
    assert "<table>" not in html


@pytest.mark.sample(3)
@pytest.mark.parametrize("orders", [ORDERS.head(0), ORDERS.head(1)])
@pytest.mark.parametrize("by", ["all", "product_id", "acq_media", "month"])
def test_nobody_and_one_customer(shown: list[Any], orders: pd.DataFrame, by: str) -> None:
    assert 'role="status"' in view(opened(shown, shop_of(orders)), by=by)


def test_headless_and_in_japanese(shown: list[Any]) -> None:
    words.speak("ja", "JPY")
    html = view(opened(shown, shop_of(), desk=False))
    assert "初回" in html
    assert "customers" not in re.sub(r"data:image/svg\+xml;base64,[^\"]*", "", html)


def test_what_is_kept_is_a_section_that_the_plan_accepts(shown: list[Any]) -> None:
    from crmlib.batch.limits import fault
    from crmlib.batch.template import read_template

    panel = opened(shown, shop_of())
    kept = panel.keep({**panel.values, "window_days": 150, "min_group": 50, "by": "month"})
    text = frame.lines("retention", kept)
    assert yaml.safe_load(text) == {"retention": {"window_days": 150, "min_group": 50}}
    template = read_template(Path(__file__).resolve().parents[2] / "notebooks" / "retention.ipynb")
    limits = {p.name: p for p in template.parameters}
    assert all(not fault(value, limits[name].default, limits[name].limits, decimals=0) for name, value in kept.items())
