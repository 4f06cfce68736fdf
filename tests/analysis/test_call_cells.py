"""A list made from compact columns is the list of the report."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from crmlib.analysis import call_cells, calls
from crmlib.analysis.call_cells import Rules

DAY = 20_000


def sources(seed: int, n: int, *, told: bool = True) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Customers with orders, consents and contacts drawn at random."""
    rng = np.random.default_rng(seed)
    ids = [f"c{i:04d}" for i in range(n)]
    silence = rng.integers(0, 100, n)
    customers = pd.DataFrame({
        "customer_id": ids, "n_orders": rng.integers(1, 6, n), "last_day": DAY - silence, "recency_days": silence,
        "amount": rng.integers(100, 9999, n),
    })  # fmt: skip
    recent = pd.DataFrame({
        "customer_id": ids, "product_id": "p", "product_name": "gel", "main_category": "skin", "n_orders_year": 1,
        "amount_year": rng.integers(0, 999, n),
    })  # fmt: skip
    gaps = pd.DataFrame({"customer_id": ids, "usual_gap_days": 30.0, "gap_basis": "own"})
    flags = np.array([True, False, None], dtype=object)
    names = ["line_friend", "call_ok", "do_not_call", "mail_optin", "dm_ok"]
    consents = pd.DataFrame({name: rng.choice(flags, n) for name in names}).assign(customer_id=ids)
    consents["line_account"] = rng.choice(["individual", "campaign", "none", "unknown"], n)
    contacted = rng.choice(ids, n // 2) if n else []
    contacts = pd.DataFrame({
        "customer_id": contacted, "contacted_day": DAY - rng.integers(0, 40, len(contacted)),
        "result": rng.choice(["reached", "refused", "absent"], len(contacted)), "contact_group": "called",
    })  # fmt: skip
    known = consents if told else consents.head(0)
    return customers, {"recent": recent, "gaps": gaps, "consents": known, "contacts": contacts}


def test_one_customer_is_on_the_list_and_a_refusal_takes_him_off() -> None:
    customers, more = sources(1, 1)
    customers = customers.assign(n_orders=3, recency_days=40)
    more["consents"] = more["consents"].assign(call_ok=True, do_not_call=False)
    found = call_cells.preview(call_cells.prepare(customers, as_of_day=DAY, **more), Rules(channels=["phone"]))
    assert found.first[["customer_id", "contact_channel"]].to_numpy().tolist() == [["c0000", "phone"]]
    more["consents"] = more["consents"].assign(do_not_call=True)
    found = call_cells.preview(call_cells.prepare(customers, as_of_day=DAY, **more), Rules(channels=["phone"]))
    assert (found.n_called, found.first.empty) == (0, True)
    assert found.funnel.set_index("call_step")["n_dropped"]["with_a_channel"] == 1


def test_nobody_gives_an_empty_list() -> None:
    customers, more = sources(1, 3)
    none = {name: frame.head(0) for name, frame in more.items()}
    found = call_cells.preview(call_cells.prepare(customers.head(0), as_of_day=DAY, **none), Rules())
    assert (found.n_called, found.n_due, len(found.first)) == (0, 0, 0)


def test_bounds_out_of_order_are_refused() -> None:
    customers, more = sources(1, 3)
    with pytest.raises(ValueError, match="zone bounds"):
        call_cells.preview(call_cells.prepare(customers, as_of_day=DAY, **more), Rules(zone_days=(60, 30)))


@settings(max_examples=15, deadline=None, phases=[Phase.generate])
@given(
    st.integers(0, 999), st.integers(1, 120), st.booleans(), st.integers(1, 4), st.integers(1, 40),
    st.lists(st.sampled_from(["zone_short", "zone_action", "zone_long"]), min_size=1, unique=True),
    st.lists(st.sampled_from(["line", "phone", "mail", "dm"]), min_size=1, unique=True), st.integers(0, 30),
    st.sampled_from(["source", "zone_first"]), st.sampled_from([None, 1, 7]), st.sampled_from([0.0, 0.3]),
)  # fmt: skip
def test_moved_rules_give_the_list_of_the_report(
    seed: int, n: int, told: bool, least: int, first: int, zones: list[str], channels: list[str], rest: int,
    order: str, most: int | None, held: float,
) -> None:  # fmt: skip
    customers, more = sources(seed, n, told=told)
    rules: dict[str, Any] = {
        "min_orders": least, "zone_days": (first, first + 20), "zones": zones, "channels": channels,
        "rest_days": rest, "order_by": order, "most": most,
    }  # fmt: skip
    table = calls.call_table(customers, as_of_day=DAY, **more, **rules)
    today = calls.call_list(table, as_of_day=DAY, held_out_share=held)
    cells = call_cells.prepare(customers, as_of_day=DAY, **more)
    found = call_cells.preview(cells, Rules(**rules, held_out_share=held))
    pd.testing.assert_frame_equal(found.funnel, calls.funnel(table), check_dtype=False)
    report = today[call_cells.PREVIEW].head(10).astype({"silence_zone": "object", "contact_channel": "object"})
    pd.testing.assert_frame_equal(found.first, report.reset_index(drop=True), check_dtype=False)
    assert (found.n_called, found.n_held_out) == (
        len(today) - (g := int((today["contact_group"] == "held_out").sum())),
        g,
    )
    fitting = table[~table["step"].isin(["few_orders", "other_zone"])]
    assert found.fitting["step"].value_counts()[lambda s: s > 0].to_dict() == fitting["step"].value_counts().to_dict()
