"""Tables of the stages: by hand, adding up, untellable said, and nothing of a handful as a percentage."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crmlib.analysis import line_up, stage_lists, stage_moves, stage_tables, stage_times, stages
from tests.analysis.helpers import refused
from tests.analysis.test_stages import DAY, EXCELLENT, FULL, LATE, PRODUCTS, _gather

ROWS = [*EXCELLENT, ("b", 20, "gel"), ("c", 30, "gel"), ("c", 40, "gel"), LATE]
FOUND = ["stage_purchaser", "stage_general", "stage_excellent"]


def _customers() -> pd.DataFrame:
    rows = [("a", 2, 900, 50), ("b", 1, 100, 20), ("c", 2, 300, 40), ("z", 1, 50, 900)]
    return pd.DataFrame(rows, columns=["customer_id", "n_orders", "amount", "last_day"])


def test_customers_and_sales_add_up_and_higher_stages_are_counted_in() -> None:
    evidence = _gather(ROWS, days=[45], **FULL)
    table = stage_tables.stage_table(
        stages.judge(evidence), _customers(), before=stages.judge(evidence, day=45)
    ).set_index("stage")

    assert table.loc[FOUND, "n_customers"].tolist() == [2, 1, 1]
    assert table.loc[FOUND, "n_stage_before"].tolist() == [2, 1, 0]
    assert table.loc[FOUND, "n_or_higher"].tolist() == [4, 2, 1]
    assert table.loc[FOUND, "amount"].tolist() == [150, 300, 900]
    assert table["amount"].sum() == 1350
    assert table.loc["stage_fan", ["n_customers", "amount"]].tolist() == [0, 0]  # known to be nobody


def test_a_stage_nobody_can_be_judged_for_is_missing_and_the_sales_still_add_up() -> None:
    judged = stages.judge(_gather(ROWS))
    table = stage_tables.stage_table(judged, _customers()).set_index("stage")

    assert stage_tables.untellable(judged) == ["stage_follower", "stage_fan", "stage_fan_club"]
    assert table.loc["stage_fan", ["n_customers", "amount"]].isna().all()
    assert table["amount"].sum() == 1350
    assert table.loc["stage_excellent", "n_open"] == 1
    assert np.isnan(stage_tables.share_from(table.reset_index(), "stage_fan_club"))


def test_other_customers_than_those_judged_are_refused() -> None:
    with refused("judged has 4 customers and customers 3; they must be the same."):
        stage_tables.stage_table(stages.judge(_gather(ROWS)), _customers().head(3))


def test_flags_are_counted_of_those_told() -> None:
    flags = stage_tables.flag_table(stages.judge(_gather(ROWS))).set_index("stage")

    assert flags.loc["stage_general", ["n_yes", "n_no", "n_untellable", "yes_rate"]].tolist() == [2, 2, 0, 0.5]
    assert flags.loc["stage_fan_club", "n_untellable"] == 4
    assert np.isnan(flags.loc["stage_fan_club", "yes_rate"])
    bare = stage_tables.flag_table(stages.judge(_gather(ROWS, products=PRODUCTS.head(0)))).set_index("stage")
    assert bare.loc["stage_excellent", ["n_yes", "n_no", "n_untellable"]].tolist() == [0, 2, 2]
    assert np.isnan(bare.loc["stage_excellent", "yes_rate"])  # one order says no, nothing can say yes
    assert np.isnan(stage_tables.n_met(flags.reset_index(), "stage_fan_club"))


def test_the_checklist_names_each_missing_table() -> None:
    evidence = _gather(ROWS)
    found = stage_tables.checklist(stages.judge(evidence), evidence)

    missing = found.loc[found["table_state"] == "missing_table", "table"].tolist()
    assert missing == ["engagement", "surveys", "referrals", "subscriptions", "subscription_events", "referrals"]
    full = _gather(ROWS, **FULL)
    assert set(stage_tables.checklist(stages.judge(full), full)["table_state"]) == {"there"}


def test_moves_go_up_and_add_up_to_the_sales_between() -> None:
    evidence = _gather(ROWS, days=[45], **FULL)
    before, after = stages.judge(evidence, day=45), stages.judge(evidence)
    earlier = _customers().head(3).assign(amount=[100, 100, 300])
    moves = stage_moves.transitions(before, after, _customers(), earlier)

    some = moves[moves["n_customers"] > 0]
    assert some[["stage_before", "stage_after", "n_customers", "amount"]].to_numpy().tolist() == [
        ["came_new", "stage_purchaser", 1, 50], ["stage_purchaser", "stage_purchaser", 1, 0],
        ["stage_purchaser", "stage_excellent", 1, 800], ["stage_general", "stage_general", 1, 0],
    ]  # fmt: skip
    assert moves["amount"].sum() == 1350 - 500
    table = stage_moves.moved_table(moves).set_index("stage_before")
    assert table.loc["stage_purchaser", ["n_start", "n_rose", "n_stayed", "n_fell"]].tolist() == [2, 1, 1, 0]
    assert table["rose_rate"].isna().all()  # no percentage of two customers


def test_nobody_is_counted_as_not_risen_to_stages_that_cannot_be_told() -> None:
    names = ["stage_before", "stage_after", "n_start", "n_customers"]
    moves = pd.DataFrame([("stage_purchaser", "stage_general", 40, 4), ("stage_purchaser", "stage_purchaser", 40, 36),
                          ("stage_general", "stage_general", 50, 50), ("stage_general", "stage_excellent", 50, 0)],
                         columns=names)  # fmt: skip
    moves["stage_move_rate"] = moves["n_customers"] / moves["n_start"]
    above = stages.STAGES[2:]
    table = stage_moves.moved_table(moves, untold=above).set_index("stage_before")
    assert table.loc["stage_purchaser", "rose_rate"] == pytest.approx(0.1)
    assert table.loc["stage_general", ["n_rose", "rose_rate", "rose_rate_high"]].isna().all()
    assert stage_moves.moved_table(moves).set_index("stage_before").loc["stage_general", "rose_rate"] == 0
    assert stage_moves.shown_moves(moves, untold=above)["stage_move_rate"].isna().tolist() == [False] * 3 + [True]


def test_who_left_was_active_before_and_is_silent_after() -> None:
    staged = pd.DataFrame({"day": 0, "customer_id": list("abcd"), "stage": "stage_general"})
    staged["stage"] = pd.Categorical(staged["stage"], categories=list(stages.STAGES), ordered=True)
    then = pd.DataFrame({"customer_id": list("abcd"), "recency_days": [60, 61, 0, 30]})
    now = pd.DataFrame({"customer_id": list("abcde"), "recency_days": [61, 62, 60, 5, 1]})

    found = stage_moves.leaves(staged, [(90, now), (0, then)], leave_days=60)
    general = found[found["stage"] == "stage_general"].iloc[0]

    assert general[["period_start", "period_end", "n_start", "n_gone"]].tolist() == [0, 90, 3, 1]
    assert found["n_start"].sum() == 3
    assert stage_moves.leaves(staged, [(0, then)], leave_days=60).empty


def test_time_in_a_stage_counts_from_a_seen_entry_and_keeps_the_open_ones() -> None:
    rows = [
        ("old", ["stage_purchaser"] * 4), ("up", [None, "stage_purchaser", "stage_purchaser", "stage_general"]),
        ("open", [None, "stage_purchaser", "stage_purchaser", "stage_purchaser"]),
        ("jump", [None, "stage_fan_club", "stage_fan_club", "stage_fan_club"]),
    ]  # fmt: skip
    days = [0, 30, 60, 90]
    long = [(day, name, stage) for name, found in rows for day, stage in zip(days, found, strict=True) if stage]
    snapshots = pd.DataFrame(long, columns=["day", "customer_id", "stage"])

    table = stage_times.time_in_stage(snapshots, untold=["stage_evangelist"]).set_index("stage")

    # "up" needed 60 days, "open" is censored after 60, "jump" passed stages 1 to 3 at once and skipped 4 and 5.
    assert table.loc["stage_purchaser", ["n_entered", "n_skipped", "n_stage_moved"]].tolist() == [3, 0, 2]
    assert table.loc["stage_purchaser", "median_stage_days"] == 60
    assert table.loc["stage_fan", ["n_entered", "n_skipped"]].tolist() == [0, 1]
    assert np.isnan(table.loc["stage_fan_club", "n_entered"])


def test_the_fan_club_is_reached_by_the_delivery_after_the_settling_ones() -> None:
    contract = [("s", "a", "gel", 1, "active", np.nan)]
    events = [("s", day, "delivered", np.nan) for day in (10, 40, 110)]
    evidence = _gather([*EXCELLENT, ("b", 10, "gel")], **{**FULL, "subscriptions": contract, "events": events})
    found = stage_times.fan_club_by(evidence, marks=[99, 100, 500, 2000]).set_index("fan_club_day")

    # a first ordered on day 10 and had the third delivery on day 110; b has no subscription and stays at risk.
    assert found["fan_club_share"].tolist()[:3] == [0.0, 0.5, 0.5]
    assert np.isnan(found.loc[2000, "fan_club_share"])
    assert stage_times.share_by(found.reset_index(), 100) == 0.5
    assert stage_times.fan_club_by(_gather(EXCELLENT)).empty


def test_the_first_product_leads_to_a_second_order_and_to_stage_three() -> None:
    many = [(f"g{number:02d}", 10, "gel") for number in range(40)]
    many += [(f"g{number:02d}", 60, "serum") for number in range(10)]
    many += [(f"g{number:02d}", 500, "serum") for number in range(10, 15)]
    many += [("x1", 10, "soap"), ("x2", 900, "gel")]
    evidence = _gather(many, **FULL)
    entries = pd.DataFrame({"customer_id": evidence.customers["customer_id"]})
    entries["product_id"] = np.where(entries["customer_id"] == "x1", "soap", "gel")

    table = line_up.first_products(entries, evidence, PRODUCTS.assign(product_name="N " + PRODUCTS["product_id"]))

    gel, soap = table.iloc[0], table.iloc[1]
    assert (gel["first_product"], gel["role"], gel["n_customers"], gel["n_year"]) == ("N gel", "front", 41, 40)
    assert (gel["second_rate"], gel["excellent_rate"]) == (10 / 40, 10 / 40)  # day 500 is too late for both
    assert gel["first_year_per_customer"] == pytest.approx((40 * 100 + 10 * 100) / 40)
    assert (soap["n_customers"], np.isnan(soap["second_rate"])) == (1, True)


def test_first_products_beyond_the_most_frequent_are_one_row() -> None:
    evidence = _gather([("a", 10, "gel"), ("b", 10, "gel"), ("c", 10, "soap"), ("d", 10, "odd")])
    entries = pd.DataFrame({"customer_id": list("abcd"), "product_id": ["gel", "gel", "soap", ""]})
    table = line_up.first_products(entries, evidence, PRODUCTS.assign(product_name=None), most=1)

    assert table[["first_product", "n_customers"]].to_numpy().tolist() == [["gel", 2], ["no_product", 1], ["others", 1]]


def test_gaps_in_the_line_up() -> None:
    products = pd.DataFrame({
        "product_id": list("abcd"), "category_l1": ["skin", "skin", "food", None],
        "role": ["front", "backend", "trial", "unknown"],
    })  # fmt: skip
    sales = pd.DataFrame({"product_id": ["a", "z"], "n_lines": [5, 1], "line_amount": [500, 10]})

    roles = line_up.role_table(products, sales).set_index("role")
    categories = line_up.category_table(products, sales).set_index("category_name")

    assert roles["gap_state"].to_dict()["cross"] == "gap"
    assert roles.loc["unknown", ["n_products", "n_sold"]].tolist() == [2, 1]
    assert categories["gap_state"].to_dict() == {"skin": "covered", "food": "no_next", "no_category": "untellable"}
    assert roles["line_amount"].sum() == categories["line_amount"].sum() == 510


def test_candidates_are_evangelists_then_fans_then_those_who_refer_or_bought_all() -> None:
    rows = [*EXCELLENT, ("a", 60, "cream"), ("a", 70, "soap"), ("b", 20, "gel"), ("c", 30, "gel"), ("z", 900, "gel")]
    referrals = [("a", 100)] * 3 + [("b", 100)] * 4 + [("c", 100)]
    evidence = _gather(rows, **{**FULL, "referrals": referrals, "surveys": [("c", 50, 9, 3, 5)]})
    found = stage_lists.monitor_candidates(stages.judge(evidence), evidence, _customers())

    assert found[["customer_id", "candidate_because"]].to_numpy().tolist() == [
        ["a", "is_evangelist"], ["c", "is_fan"], ["b", "refers_many"],
    ]  # fmt: skip
    sheet = stage_lists.stage_sheet(stages.judge(evidence), _customers())
    assert (len(sheet), sheet["customer_id"].iloc[0]) == (4, "a")


def test_nobody_makes_no_row_and_no_crash() -> None:
    evidence = _gather([], days=[DAY - 90])
    judged = stages.judge(evidence)
    customers = _customers().head(0)

    assert stage_tables.stage_table(judged, customers, before=judged)["n_customers"].tolist() == [0] * 7
    assert stage_tables.flag_table(judged)["yes_rate"].isna().all()
    moves = stage_moves.transitions(judged, judged, customers, customers)
    assert stage_moves.shown_moves(moves).empty
    assert stage_moves.moved_table(moves)["n_start"].tolist() == [0] * 7
    assert stage_times.time_in_stage(stages.snapshots(evidence))["n_entered"].tolist() == [0] * 6
    entries = pd.DataFrame({"customer_id": [], "product_id": []}, dtype="str")
    assert line_up.first_products(entries, evidence, PRODUCTS.assign(product_name="x")).empty
    assert stage_lists.monitor_candidates(judged, evidence, customers).empty


def test_the_last_periods_begin_with_the_shop() -> None:
    assert stage_moves.period_days(as_of_day=100, first_day=90, days=90) == [10, 100]
