"""The call list: order, zones at their bounds, consent, rest; what is left out is counted."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlib.analysis import call_views, calls, consents, dormancy, inquiries, usual_gaps
from crmlib.analysis.zones import zone_of
from crmlib.data.tables import empty
from tests.analysis.helpers import refused

AS_OF = 1_000


def customers_of(rows: list[tuple[str, int, int]]) -> pd.DataFrame:
    """The customer table from (id, orders, days since the last order)."""
    table = pd.DataFrame(rows, columns=["customer_id", "n_orders", "recency_days"]).astype({"customer_id": "str"})
    return table.assign(last_day=AS_OF - table["recency_days"], amount=100 * table["n_orders"], average_gap_days=30.0)


def consents_of(ids: list[str], **flags: Any) -> pd.DataFrame:
    known = {"line_friend": pd.NA, "call_ok": pd.NA, "do_not_call": pd.NA, "mail_optin": pd.NA, "dm_ok": pd.NA}
    return pd.DataFrame({"customer_id": ids, "line_account": "unknown", **known, **flags}, index=range(len(ids)))


def contacts_of(rows: list[tuple[str, int, str]], group: str = "called") -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["customer_id", "contacted_day", "result"]).assign(contact_group=group)
    return table.astype({"customer_id": "str", "result": "str"})


def table_of(customers: pd.DataFrame, members: pd.DataFrame | None = None, **more: Any) -> pd.DataFrame:
    ids = customers["customer_id"]
    recent = pd.DataFrame({"customer_id": ids, "product_id": "gel", "product_name": "Gel", "category_l1": "skin",
                           "main_category": "skin", "n_orders_year": 1, "amount_year": 100})  # fmt: skip
    gaps = pd.DataFrame({"customer_id": ids, "usual_gap_days": 30.0, "gap_basis": "gap_own"})
    told = consents_of(ids.tolist(), call_ok=True) if members is None else members
    given = {"contacts": contacts_of([]), "consents": told, "recent": recent, "gaps": gaps, "as_of_day": AS_OF, **more}
    return calls.call_table(customers, **given)


def on_list(table: pd.DataFrame) -> list[str]:
    return table.loc[table["step"] == "on_the_list", "customer_id"].tolist()


def test_the_list_goes_by_orders_then_by_the_longest_silence_then_by_id() -> None:
    found = table_of(customers_of([("a", 2, 90), ("b", 5, 40), ("d", 5, 200), ("c", 5, 200)]))
    assert on_list(found) == ["c", "d", "b", "a"]


def test_zone_first_puts_the_action_window_before_the_others() -> None:
    customers = customers_of([("a", 2, 45), ("b", 5, 90), ("c", 3, 45)])
    assert on_list(table_of(customers, order_by="zone_first")) == ["c", "a", "b"]


def test_exactly_30_and_exactly_60_days_are_in_the_zone_before() -> None:
    zones = zone_of(pd.Series([0, 30, 31, 60, 61, None]), (30, 60))
    assert zones.codes.tolist() == [0, 0, 1, 1, 2, -1]


def test_every_customer_leaves_at_the_first_step_that_takes_him() -> None:
    ids = ["few", "short", "refused", "no", "unclear", "resting", "first", "second"]
    customers = customers_of([(ids[0], 1, 90), (ids[1], 2, 30), *((name, 2, 90 + i) for i, name in enumerate(ids[2:]))])
    members = consents_of(ids, call_ok=[True, True, True, False, pd.NA, True, True, True], line_friend=False,
                          mail_optin=False, dm_ok=False)  # fmt: skip
    contacts = contacts_of(
        [("refused", 10, "refused"), ("resting", AS_OF - 14, "absent"), ("first", AS_OF - 15, "absent")]
    )
    table = table_of(customers, members, contacts=contacts, most=1)
    assert dict(zip(table["customer_id"], table["step"], strict=True)) == {
        "few": "few_orders", "short": "other_zone", "refused": "asked_not_to_be_called", "no": "not_contactable",
        "unclear": "consent_not_known", "resting": "recently_contacted", "second": "on_the_list",
        "first": "beyond_maximum",
    }  # fmt: skip
    funnel = calls.funnel(table)
    assert funnel["n_customers"].tolist() == [8, 7, 6, 5, 4, 3, 2, 1]
    assert funnel["n_dropped"].sum() + funnel["n_customers"].iloc[-1] == 8


def test_nobody_is_said_to_have_consented_where_nothing_tells_it() -> None:
    funnel = calls.funnel(table_of(customers_of([("a", 2, 90), ("b", 1, 90)]), empty("customers")))
    assert funnel["call_step"].tolist() == [
        "all_customers", "with_enough_orders", "in_called_zone", "not_refused", "not_just_contacted", "on_the_list",
    ]  # fmt: skip
    assert funnel["n_customers"].tolist() == [2, 1, 1, 1, 1, 1]


def test_who_is_held_out_was_not_contacted() -> None:
    customers, held = customers_of([("a", 2, 90)]), contacts_of([("a", AS_OF, "unknown")], "held_out")
    assert on_list(table_of(customers, contacts=held)) == ["a"]


def test_line_comes_first_and_only_by_the_individual_account() -> None:
    ids = ["ind", "both", "camp", "none", "left", "blank"]
    members = consents_of(ids, call_ok=True)
    members["line_account"] = ["individual", "both", "campaign", "none", "individual", "unknown"]
    members["line_friend"] = pd.array([True, True, True, False, False, pd.NA], dtype="boolean")
    states = consents.consent_states(members)
    assert states["line"].tolist() == [
        "allowed", "allowed", "line_campaign_only", "not_allowed", "not_allowed", "not_known",
    ]  # fmt: skip
    assert consents.choose_channel(states)["contact_channel"].tolist() == ["line", "line", *["phone"] * 4]
    assert consents.choose_channel(states, channels=["phone", "line"])["contact_channel"].tolist() == ["phone"] * 6


def test_do_not_call_beats_consent_to_calls_and_leaves_the_other_channels() -> None:
    members = consents_of(["a"], call_ok=True, do_not_call=True, mail_optin=True)
    states = consents.consent_states(members)
    assert consents.choose_channel(states)["contact_channel"].tolist() == ["mail"]


def test_the_states_of_every_channel_add_up_to_the_customers() -> None:
    states = consents.consent_states(consents_of(["a", "b", "c"], call_ok=pd.array([True, False, pd.NA])))
    counts = consents.consent_counts(states).set_index("contact_channel")
    assert counts.loc["phone"].tolist() == [1, 1, 0, 1]
    assert (counts.sum(axis=1) == 3).all()


def test_without_a_table_of_customers_everybody_is_listed_and_no_channel_is_known() -> None:
    found = table_of(customers_of([("a", 2, 90), ("b", 1, 90)]), empty("customers"))
    assert on_list(found) == ["a"]
    assert found["contact_channel"].tolist() == ["not_known", "not_known"]


def test_a_customer_without_a_row_of_consents_is_not_known() -> None:
    found = table_of(customers_of([("a", 2, 90), ("b", 2, 91)]), consents_of(["a"], call_ok=True))
    assert found.set_index("customer_id")["step"].to_dict() == {"a": "on_the_list", "b": "consent_not_known"}


def test_the_list_is_numbered_and_holds_out_the_same_people_each_time() -> None:
    table = table_of(customers_of([(f"c{i}", 2, 90) for i in range(400)]))
    first = calls.call_list(table, as_of_day=AS_OF, held_out_share=0.25)
    again = calls.call_list(table.iloc[::-1], as_of_day=AS_OF + 7, held_out_share=0.25)
    held = set(first.loc[first["contact_group"] == "held_out", "customer_id"])
    assert held == set(again.loc[again["contact_group"] == "held_out", "customer_id"])
    assert 70 <= len(held) <= 130
    assert first["priority"].tolist() == list(range(1, 401))
    assert first["contact_group"].tolist() == sorted(first["contact_group"])
    assert first["contacted_day"].notna().sum() == len(held)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 400)), max_size=12))
def test_zones_and_steps_add_up_to_all_customers_and_sales(rows: list[tuple[int, int]]) -> None:
    customers = customers_of([(f"c{i}", n, silence) for i, (n, silence) in enumerate(rows)])
    table = table_of(customers)
    zones, funnel = calls.zone_table(table), calls.funnel(table)
    assert (zones["n_customers"].sum(), zones["amount"].sum()) == (len(rows), customers["amount"].sum())
    assert funnel["n_dropped"].sum() + funnel["n_customers"].iloc[-1] == len(rows)
    assert zones["n_listed"].sum() == funnel["n_customers"].iloc[-1]


def test_the_usual_gap_is_ones_own_then_the_products_the_categorys_the_shops() -> None:
    customers = pd.DataFrame({"customer_id": list("abcd"), "n_orders": [3, 2, 2, 1],
                              "average_gap_days": [40.0, 99.0, 99.0, None]})  # fmt: skip
    recent = pd.DataFrame({"customer_id": list("abcd"), "product_id": ["gel", "gel", "oil", ""],
                           "category_l1": ["skin", "skin", "skin", ""]})  # fmt: skip
    # 20 gaps of the gel: 12 of 30 days, 8 of 50, so 30 is the median; the oil has too few of its own.
    product_gaps = pd.DataFrame({"product_id": ["gel", "gel", "oil"], "duration_days": [30, 50, 70],
                                 "n_events": [12, 8, 19]})  # fmt: skip
    found = usual_gaps.usual_gaps(customers, recent, product_gaps)
    assert found["gap_basis"].tolist() == ["gap_own", "gap_product", "gap_category", "gap_shop"]
    assert found["usual_gap_days"].tolist() == [40.0, 30.0, 50.0, 50.0]


def test_without_gaps_the_usual_gap_is_not_known() -> None:
    customers = pd.DataFrame({"customer_id": ["a"], "n_orders": [1], "average_gap_days": [float("nan")]})
    recent = pd.DataFrame({"customer_id": ["a"], "product_id": ["gel"], "category_l1": [""]})
    nothing = pd.DataFrame({"product_id": pd.Series(dtype="str"), "duration_days": [], "n_events": []})
    found = usual_gaps.usual_gaps(customers, recent, nothing)
    assert found["gap_basis"].tolist() == ["not_known"]
    assert found["usual_gap_days"].isna().all()


def test_who_passes_a_threshold_is_at_it_or_within_the_horizon_before() -> None:
    found = dormancy.passing_soon(customers_of([("a", 1, 53), ("b", 2, 54), ("c", 1, 60), ("d", 1, 61), ("e", 1, 240)]))
    assert found[["threshold_days", "horizon_days", "n_customers", "n_repeat"]].to_numpy().tolist() == [
        [60, 7, 2, 1], [60, 30, 3, 1], [240, 7, 1, 0], [240, 30, 1, 0],
    ]  # fmt: skip


def test_inquiries_by_subject_and_month() -> None:
    asked = pd.DataFrame({"category": ["size", "size", "", None], "resolved": [True, False, True, True],
                          "faq_id": ["f", None, None, None], "asked_day": [0, 5, 70, 70]})  # fmt: skip
    found = inquiries.by_category(asked)
    assert found[["inquiry_category", "n_inquiries", "n_resolved", "n_with_faq"]].to_numpy().tolist() == [
        ["not_known", 2, 2, 0], ["size", 2, 1, 1],
    ]  # fmt: skip
    months = inquiries.by_month(asked, as_of_day=75)
    assert months[["n_resolved", "n_unresolved", "n_inquiries"]].to_numpy().tolist() == [
        [1, 1, 2],
        [0, 0, 0],
        [2, 0, 2],
    ]
    assert months["state"].tolist() == ["observed", "observed", "partial"]
    assert inquiries.by_month(asked.head(0), as_of_day=75).empty


def test_no_customer_at_all_gives_an_empty_list() -> None:
    table = table_of(customers_of([]), empty("customers"), contacts=empty("contacts"))
    assert calls.call_list(table, as_of_day=AS_OF).empty
    assert calls.funnel(table)["n_customers"].tolist() == [0] * 8
    assert calls.zone_table(table)["amount"].tolist() == [0] * 4
    assert call_views.basis_table(table).empty


def test_what_a_parameter_may_be() -> None:
    customers = customers_of([("a", 2, 90)])
    with refused("order_by == 'newest', must be one of source, zone_first."):
        table_of(customers, order_by="newest")
    with refused("zones == 'zone_4', must be one of zone_short, zone_action, zone_long; nearest is 'zone_long'."):
        table_of(customers, zones=["zone_4"])
    with refused("zone bounds == [60, 30], must be 2 increasing numbers."):
        table_of(customers, zone_days=[60, 30])
    with refused("channels == 'fax', must be one of line, phone, mail, dm."):
        table_of(customers, channels=["fax"])
    with refused("held_out_share == 1, must be at least 0 and below 1."):
        calls.call_list(table_of(customers), as_of_day=AS_OF, held_out_share=1)
    with pytest.raises(ValueError, match=r"^customers has no column 'amount'"):
        table_of(customers.drop(columns="amount"))
