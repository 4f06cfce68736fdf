"""Every metric of an experiment by hand: who counts, what counts, and what is lacking."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from crmlib.analysis import abtest, experiments, outcomes

NAN = math.nan


def design(metric: str, **changes: Any) -> dict[str, Any]:
    row = {
        "experiment_id": "E1", "name": "Follow-up", "unit": "customer", "assigned_method": "random",
        "primary_metric": metric, "window_days": 30, "treatment_share": 0.5,
    }  # fmt: skip
    return row | changes


def assigned(units: list[tuple[str, str, int]]) -> pd.DataFrame:
    table = pd.DataFrame(units, columns=["unit_id", "arm", "assigned_day"])
    return table.assign(experiment_id="E1", actually_treated=table["arm"] != "control")


def orders(rows: list[tuple[str, int, int]], key: str = "customer_id") -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[key, "order_day", "amount"])


def contracts(rows: list[tuple[str, str, int, float, str]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["subscription_id", "customer_id", "start_day", "cancel_day", "status"])
    return table.assign(cancel_reason=table["cancel_day"].map(lambda day: "price" if day == day else None))


def found(row: dict[str, Any], units: list[tuple[str, str, int]], bought: pd.DataFrame, **more: Any) -> pd.DataFrame:
    given = {"as_of_day": 1_000} | more
    table = outcomes.unit_outcomes(row, assigned(units), bought, **given)
    return table.set_index("unit_id")


def test_the_second_purchase_must_fall_into_the_window_and_not_be_there_already() -> None:
    bought = orders([("in", 90, 1), ("in", 130, 1), ("late", 90, 1), ("late", 131, 1), ("had", 80, 1), ("had", 100, 1),
                     ("one", 90, 1), ("same", 90, 1), ("same", 90, 1)])  # fmt: skip
    units = [(name, "treatment", 100) for name in ("in", "late", "had", "one", "same")]

    table = found(design("second_purchase"), units, bought)

    assert table["state"].to_dict() == {
        "had": "not_eligible", "in": "observed", "late": "observed", "one": "observed", "same": "observed",
    }  # fmt: skip
    assert table.loc[["in", "late", "one", "same"], "value"].tolist() == [1, 0, 0, 0]
    assert math.isnan(table.loc["had", "value"])


def test_a_delivery_is_counted_by_the_shops_own_numbers_where_it_gives_them() -> None:
    # s began before the data: its first delivery on record is the second one, so the third comes on day 110.
    rows = orders([("s", 80, 1), ("s", 110, 1), ("t", 80, 1), ("t", 110, 1)], key="subscription_id")
    row = design("delivery_reached", unit="subscription", target_number=3)
    units = [("s", "treatment", 100), ("t", "control", 100)]

    assert found(row, units, rows.assign(subscription_seq=[2, 3, NAN, NAN]))["value"].to_dict() == {"s": 1, "t": 0}
    assert found(row, units, rows)["value"].to_dict() == {"s": 0, "t": 0}


def test_a_cancellation_counts_of_contracts_alive_when_assigned() -> None:
    table = contracts([
        ("s1", "in", 10, 130, "cancelled"), ("s2", "late", 10, 131, "cancelled"), ("s3", "gone", 10, 100, "cancelled"),
        ("s4", "stays", 10, NAN, "active"), ("s5", "later", 110, 120, "cancelled"), ("s6", "two", 10, NAN, "active"),
        ("s7", "two", 10, 101, "cancelled"), ("s8", "done", 10, NAN, "completed"),
    ])  # fmt: skip
    units = [(name, "control", 100) for name in ("in", "late", "gone", "stays", "later", "two", "done", "none")]

    seen = found(design("cancellation"), units, orders([]), tables={"subscriptions": table})

    assert seen.loc[["in", "late", "stays", "two"], "value"].tolist() == [1, 0, 0, 1]
    assert set(seen.index[seen["state"] == "not_eligible"]) == {"gone", "later", "done", "none"}
    assert seen.loc[["in", "late"], "reason"].fillna("-").tolist() == ["price", "-"]


def test_a_cancellation_without_a_day_takes_that_of_its_event() -> None:
    table = contracts([("s1", "a", 10, NAN, "cancelled"), ("s2", "b", 10, NAN, "cancelled")])
    events = pd.DataFrame({"subscription_id": ["s1"], "event_day": [120], "event": ["cancelled"], "reason": ["price"]})
    units = [("a", "control", 100), ("b", "control", 100)]

    seen = found(
        design("cancellation"), units, orders([]), tables={"subscriptions": table, "subscription_events": events}
    )

    assert (seen.loc["a", "value"], seen.loc["b", "state"]) == (1, "not_eligible")


def test_time_to_cancellation_counts_units_as_long_as_they_are_observed() -> None:
    table = contracts(
        [("s1", "a", 10, 105, "cancelled"), ("s2", "b", 10, NAN, "active"), ("s3", "c", 10, NAN, "active")]
    )
    units = [("a", "control", 100), ("b", "treatment", 100), ("c", "treatment", 110)]

    seen = found(design("time_to_cancellation"), units, orders([]), tables={"subscriptions": table}, as_of_day=110)

    assert seen["state"].to_dict() == {"a": "observed", "b": "observed", "c": "not_yet"}
    assert seen.loc[["a", "b"], "duration_days"].tolist() == [5, 10]
    assert seen.loc[["a", "b"], "event"].tolist() == [True, False]


def test_a_cross_sell_is_the_target_or_any_cross_or_backend_product() -> None:
    items = pd.DataFrame({"customer_id": ["a", "b", "c"], "product_id": ["oil", "serum", "soap"], "order_day": 110})
    products = pd.DataFrame({"product_id": ["oil", "serum", "soap"], "role": ["cross", "backend", "front"]})
    units = [(name, "control", 100) for name in "abcd"]
    tables = {"order_items": items, "products": products}

    by_role = found(design("cross_sell"), units, orders([]), tables=tables)["value"]
    by_target = found(design("cross_sell", target_product="soap"), units, orders([]), tables=tables)["value"]

    assert (by_role.tolist(), by_target.tolist()) == ([1, 1, 0, 0], [0, 0, 1, 0])


def test_a_contracts_cross_sell_is_that_of_its_customer() -> None:
    items = pd.DataFrame({"customer_id": ["a"], "product_id": ["oil"], "order_day": [101]})
    table = contracts([("s1", "a", 10, NAN, "active"), ("s2", "b", 10, NAN, "active")])
    row = design("cross_sell", unit="subscription", target_product="oil")

    seen = found(
        row, [("s1", "control", 100), ("s2", "treatment", 100)], orders([]),
        tables={"order_items": items, "subscriptions": table},
    )  # fmt: skip

    assert seen["value"].to_dict() == {"s1": 1, "s2": 0}


def test_the_days_before_are_as_many_and_leave_out_the_day_of_assignment() -> None:
    bought = orders([("a", 69, 1), ("a", 70, 2), ("a", 99, 4), ("a", 100, 8), ("a", 101, 16), ("a", 130, 32)])

    row = found(design("revenue"), [("a", "control", 100)], bought).loc["a"]

    assert (row["pre_orders"], row["pre_amount"], row["amount"]) == (2, 6, 48)


def test_profit_is_not_known_where_one_order_is_not() -> None:
    bought = orders([("a", 101, 10), ("a", 102, 10), ("b", 101, 10)]).assign(profit=[4, NAN, 4])
    table = found(design("revenue"), [("a", "control", 100), ("b", "control", 100), ("c", "control", 100)], bought)

    assert math.isnan(table.loc["a", "profit"])
    assert table.loc[["b", "c"], "profit"].tolist() == [4, 0]


@pytest.mark.parametrize(
    ("row", "lacking"),
    [
        (design("cancellation"), "subscriptions"),
        (design("time_to_cancellation"), "subscriptions"),
        (design("delivery_reached"), "target_number"),
        (design("delivery_reached", target_number=pd.NA), "target_number"),
        (design("cross_sell"), "target_product"),
        (design("cross_sell", target_product="oil"), "order_items"),
        (design("repurchase", unit="subscription"), "subscription_id"),
        (design("second_purchase"), ""),
    ],
)
def test_what_an_experiment_lacks_is_named_and_nothing_is_judged(row: dict[str, Any], lacking: str) -> None:
    units = assigned([("a", "control", 100), ("b", "treatment", 100)])

    told = abtest.evaluate(pd.DataFrame([row]), units, orders([("a", 105, 1)]), as_of_day=500).iloc[0]

    assert told["missing"] == lacking
    assert (told["verdict"] == "untellable") == bool(lacking)


def test_fewer_cancellations_are_better() -> None:
    rows = [(f"{arm}{i}", arm, 100) for arm in ("control", "treatment") for i in range(100)]
    cancelled = {f"control{i}" for i in range(40)} | {f"treatment{i}" for i in range(15)}
    table = contracts([(f"s{u}", u, 10, 110 if u in cancelled else NAN, "active") for u, _, _ in rows])

    row = abtest.evaluate(
        pd.DataFrame([design("cancellation")]), assigned(rows), orders([]), as_of_day=500,
        tables={"subscriptions": table},
    ).iloc[0]  # fmt: skip

    assert (row["value_control"], row["value_treatment"], row["verdict"]) == (0.40, 0.15, "treatment_better")
    assert row["difference_high"] < 0


def test_survival_follows_the_log_rank_test_and_shows_no_interval_of_the_difference() -> None:
    rows = [(f"{arm}{i}", arm, 100) for arm in ("control", "treatment") for i in range(60)]
    days = {f"control{i}": 101 + i % 25 for i in range(40)} | {f"treatment{i}": 110 + i for i in range(12)}
    table = contracts([(f"s{u}", u, 10, days.get(u, NAN), "active") for u, _, _ in rows])

    row = abtest.evaluate(
        pd.DataFrame([design("time_to_cancellation")]), assigned(rows), orders([]), as_of_day=500,
        tables={"subscriptions": table},
    ).iloc[0]  # fmt: skip

    assert (row["verdict"], row["verdict_by"]) == ("treatment_better", "by_log_rank")
    assert (row["value_control"], row["value_treatment"]) == pytest.approx((1 / 3, 0.8))
    assert math.isnan(row["difference_low"])


def test_several_arms_are_compared_with_the_first_and_corrected() -> None:
    hits = {"a": 100, "b": 118, "c": 132}
    rows = [(f"{arm}{i}", arm, 100) for arm in hits for i in range(400)]
    bought = orders([(f"{arm}{i}", 105, 1) for arm, n in hits.items() for i in range(n)])

    table = abtest.evaluate(pd.DataFrame([design("repurchase")]), assigned(rows), bought, as_of_day=500)

    assert table[["baseline", "arm", "n_arms"]].to_numpy().tolist() == [["a", "b", 3], ["a", "c", 3]]
    raw = [abtest.proportions(100, 400, hits[arm], 400).pvalue for arm in "bc"]
    assert table["pvalue"].tolist() == raw
    assert table["pvalue_holm"].tolist() == pytest.approx([raw[0], 2 * raw[1]])
    assert table["pvalue_bh"].tolist() == pytest.approx([raw[0], 2 * raw[1]])
    assert raw[1] < 0.025
    assert table["verdict"].tolist() == ["no_clear_difference", "treatment_better"]
    assert set(table["verdict_by"]) == {"by_holm"}


def test_sizes_of_three_arms_are_tested_together_against_either_plan() -> None:
    def ratio(sizes: dict[str, int]) -> Any:
        rows = [(f"{arm}{i}", arm, 100) for arm, n in sizes.items() for i in range(n)]
        return abtest.evaluate(pd.DataFrame([design("repurchase")]), assigned(rows), orders([]), as_of_day=500).iloc[0]

    # Chi-squared of 90, 100, 110 against 100 each is 2 with two degrees of freedom: p = exp(-1).
    assert ratio({"control": 90, "a": 100, "b": 110})["ratio_pvalue"] == pytest.approx(math.exp(-1))
    assert ratio({"control": 200, "a": 100, "b": 100})["ratio_pvalue"] == 1
    assert ratio({"control": 100, "a": 100, "b": 190})["verdict"] == "ratio_broken"


def test_one_arm_before_and_after_is_compared_with_itself() -> None:
    rows = [(f"u{i}", "treatment", 100) for i in range(40)]
    bought = orders([(f"u{i}", 80, 100 + i) for i in range(40)] + [(f"u{i}", 110, 300 + 2 * i) for i in range(40)])
    one = pd.DataFrame([design("revenue", assigned_method="before_after")])

    row = abtest.evaluate(one, assigned(rows), bought, as_of_day=500).iloc[0]

    assert (row["baseline"], row["n_treatment"], row["is_random"]) == ("before", 40, False)
    assert (row["value_control"], row["difference"]) == (119.5, 219.5)
    assert experiments.pairs(experiments.each(one, assigned(rows), bought, as_of_day=500)) == []


def test_who_was_treated_is_not_known_where_no_row_tells_it() -> None:
    units = [("c", "control", 0), ("t", "treatment", 0), ("u", "treatment", 0)]
    row = design("repurchase", cost_per_unit=50, fixed_cost=30)
    untold = assigned(units).assign(actually_treated=pd.array([None] * 3, dtype="boolean"))
    partly = assigned(units).assign(actually_treated=pd.array([None, True, None], dtype="boolean"))
    bought = orders([("t", 5, 100)])

    tables = [outcomes.unit_outcomes(row, given, bought, as_of_day=1_000) for given in (untold, partly)]

    assert tables[0]["actually_treated"].isna().all()
    assert tables[1]["actually_treated"].tolist() == [False, True, False]  # one row tells it, so a blank is a no
    judged = experiments.evaluate(pd.DataFrame([row]), untold, bought, as_of_day=1_000)
    assert math.isnan(judged.loc[0, "share_treated"])
