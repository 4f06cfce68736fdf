"""The six segments at every boundary, silence by hand against lifelines, who lapses next, who the customers are."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from crmlib.analysis import content_mix, lifecycle, personas, silences
from crmlib.analysis.lifecycle import Silence
from crmlib.analysis.portfolio import Thresholds
from tests.analysis.helpers import refused

CPM = Thresholds(amount=1_000)
NAMES = ["customer_id", "n_orders", "amount", "recency_days", "tenure_days", "last_day"]


def _customers(rows: list[tuple[str, int, int, int, int]]) -> pd.DataFrame:
    return pd.DataFrame([(*row, 1000 - row[3]) for row in rows], columns=NAMES)


@pytest.mark.parametrize(
    ("row", "segment"),
    [
        ((1, 5, 60, 0), "life_initial"),
        ((1, 5, 61, 0), "life_dormant"),  # more than 60
        ((2, 999, 60, 300), "life_general"),
        ((2, 1000, 60, 210), "life_excellent"),
        ((2, 1000, 60, 209), "life_general"),  # trend in CPM
        ((9, 9000, 61, 400), "life_dormant"),  # excellent, but asleep
        ((1, 5, 240, 0), "life_dormant"),
        ((9, 9000, 241, 400), "life_lapsed"),
    ],
)
def test_each_boundary_belongs_to_one_side(row: tuple[int, int, int, int], segment: str) -> None:
    found = lifecycle.assign(_customers([("a", *row)]), silence=Silence(), cpm=CPM)
    assert found["segment"].tolist() == [segment]


def test_every_customer_is_in_one_segment_and_the_sales_add_up() -> None:
    grid = itertools.product([1, 2, 9], [0, 999, 1000], [0, 60, 61, 240, 241], [0, 209, 210])
    customers = _customers([(f"c{number:03d}", *row) for number, row in enumerate(grid)])
    for rule in lifecycle.EXCELLENT_RULES:
        found = lifecycle.assign(customers, silence=Silence(), excellent=rule, cpm=CPM)
        table = lifecycle.segment_table(found, None)
        assert table["amount"].sum() == customers["amount"].sum()
        assert table["n_customers"].sum() == len(customers)
        assert np.isnan(table["n_customers"].iloc[0])  # no lead is named, so prospects cannot be counted


def test_the_two_best_deciles_are_excellent_when_they_bought_twice() -> None:
    customers = _customers([(f"c{number}", 1 + number % 2, 100 - number, 1, 0) for number in range(10)])
    found = lifecycle.assign(customers, silence=Silence(), excellent="deciles")
    assert found.loc[found["segment"] == "life_excellent", "customer_id"].tolist() == ["c1"]  # c0 bought once


def test_prospects_are_leads_without_an_order_by_the_day() -> None:
    leads = pd.DataFrame({
        "customer_id": ["a", "b", "c", "d"], "is_lead": [True, True, True, False],
        "lead_day": [5, 50, np.nan, np.nan], "acq_media": None,
    })  # fmt: skip
    found = lifecycle.prospects(leads, pd.DataFrame({"customer_id": ["a"]}), as_of_day=40)

    assert found is not None
    assert found["customer_id"].tolist() == ["c"]
    assert lifecycle.prospects(leads.assign(is_lead=False), leads, as_of_day=40) is None


def test_a_medium_that_is_unknown_of_everybody_is_no_attribute() -> None:
    people = pd.DataFrame(columns=["customer_id", "sex", "birth_year", "age_band", "prefecture", "acq_media"])
    entries = pd.DataFrame({"customer_id": ["a"], "acq_media": ["unknown"], "product_id": [""]})
    goods = pd.DataFrame({"product_id": [], "product_name": []}, dtype=object)
    found = personas.attributes(people, entries, goods, as_of_day=19_000)
    assert set(found.iloc[0].drop("customer_id")) == {"attribute_not_known"}


def test_moves_between_segments() -> None:
    before = lifecycle.assign(_customers([("a", 1, 10, 50, 0)]), silence=Silence(), cpm=CPM)
    after = lifecycle.assign(_customers([("a", 1, 10, 80, 0), ("b", 1, 7, 1, 0)]), silence=Silence(), cpm=CPM)
    moves = lifecycle.movement_table(before, after)

    some = moves[moves["n_customers"] > 0]
    assert some[["segment_before", "segment_after", "amount"]].to_numpy().tolist() == [
        ["came_new", "life_initial", 7], ["life_initial", "life_dormant", 0],
    ]  # fmt: skip
    assert moves["segment_move_rate"].isna().all()  # no percentage of one customer
    table = lifecycle.segment_table(after, None, before=before).set_index("segment")
    assert table.loc["life_initial", ["n_customers", "n_segment_before"]].tolist() == [1, 1]


def test_who_lapses_next_is_told_by_days_and_past_sales() -> None:
    rows = [("a", 2, 5, 240, 9), ("b", 2, 9, 211, 9), ("c", 2, 99, 210, 9), ("d", 2, 99, 241, 9)]
    found = lifecycle.lapsing_soon(_customers(rows), silence=Silence(), within_days=30)

    assert found[["customer_id", "days_to_lapse"]].to_numpy().tolist() == [["b", 30], ["a", 1]]


def test_who_bought_again_by_silence() -> None:
    before = _customers([("a", 1, 10, 30, 0), ("b", 1, 10, 31, 0), ("c", 1, 10, 31, 0), ("d", 1, 10, 999, 0)])
    after = before.assign(n_orders=[2, 1, 3, 1], amount=[15, 10, 40, 10])
    found = lifecycle.revival(before, after, window_days=90, bands=[30, 60])

    assert found["silence_band"].tolist() == ["silent_0_30", "silent_31_60", "silent_61_up"]
    assert found[["n_customers", "n_bought", "buy_rate"]].to_numpy().tolist() == [[1, 1, 1], [2, 1, 0.5], [1, 0, 0]]
    assert found["window_amount"].tolist() == [5, 30, 0]


def test_percentiles_of_gaps_with_the_open_ones_are_those_of_lifelines() -> None:
    lifelines = pytest.importorskip("lifelines")
    rng = np.random.default_rng(3)
    days, ended = rng.geometric(0.02, 400), rng.random(400) < 0.97
    counts = pd.DataFrame({"duration_days": days, "n_events": ended.astype(int), "n_censored": (~ended).astype(int)})
    fitter = lifelines.KaplanMeierFitter().fit(days, ended)

    found = silences.gap_quantiles(counts).iloc[0]

    assert found["km_80_days"] == fitter.percentile(0.2)
    assert (found["n_gaps"], found["n_ended"]) == (400, ended.sum())


def test_percentiles_are_not_given_where_too_few_come_back() -> None:
    counts = pd.DataFrame({"duration_days": [10, 300], "n_events": [29, 0], "n_censored": [0, 71]})
    found = silences.gap_quantiles(counts).iloc[0]

    assert found[["ended_80_days", "km_80_days"]].isna().all()
    assert found["open_share"] == 71 / 100


def test_the_chance_after_silence_by_hand() -> None:
    # Of 10 gaps 5 end on day 5 and 3 on day 10, 2 stay open to day 400: after 5 days 3 of 5 come back.
    counts = pd.DataFrame({"duration_days": [5, 10, 400], "n_events": [5, 3, 0], "n_censored": [0, 0, 2]})
    found = silences.chance_after_silence(counts, horizon_days=100, step_days=5, most_days=400).set_index("silent_days")

    assert found.loc[[0, 5, 10], "buys_again"].tolist() == pytest.approx([0.8, 0.6, 0.0])
    assert found.loc[5, "n_silent"] == 5
    assert found.loc[5, "buys_again_low"] < 0.6 < found.loc[5, "buys_again_high"]
    assert np.isnan(found.loc[305, "buys_again"])  # nobody was observed to day 405


def test_gaps_by_product_begin_with_the_whole_shop() -> None:
    counts = pd.DataFrame({
        "product_id": ["a", "b", ""], "duration_days": [1, 2, 3], "n_events": [40, 1, 1], "n_censored": [0, 0, 0],
    })  # fmt: skip
    products = pd.DataFrame({"product_id": ["a"], "product_name": ["Gel"]})
    found = silences.gap_quantiles_by_product(counts, products)

    assert found[["gap_product", "n_gaps"]].to_numpy().tolist() == [["whole_shop", 42], ["Gel", 40], ["b", 1]]
    offered = silences.limit_table(found.head(1), dormant_days=60, lapsed_days=240)
    assert offered[["dormant_from", "lapsed_from"]].to_numpy().tolist() == [[60, 240], [1, 1], [1, 1]]


def test_personas_compare_with_the_shop_and_show_no_share_of_a_handful() -> None:
    ids = [f"c{number:02d}" for number in range(60)]
    customers = pd.DataFrame({
        "customer_id": ids, "sex": ["female"] * 30 + ["male"] * 29 + [None], "birth_year": [1970] * 59 + [None],
        "age_band": None, "prefecture": "東京都", "acq_media": None,
    })  # fmt: skip
    entries = pd.DataFrame({"customer_id": ids, "acq_media": ["flyer"] * 60, "product_id": ["a"] * 60})
    products = pd.DataFrame({"product_id": ["a"], "product_name": ["Gel"]})
    known = personas.attributes(customers, entries, products, as_of_day=20_000)  # in 2024
    segments = ["life_general"] * 30 + ["life_dormant"] * 30
    segmented = pd.DataFrame({"customer_id": ids, "segment": segments})

    found = personas.personas(segmented, known, segments=["life_general", "life_dormant"], top=1)
    sex = found[found["attribute"] == "sex"].set_index("segment")

    assert known.iloc[0].tolist() == ["c00", "female", "age_50s", "東京都", "flyer", "Gel"]
    assert sex.loc["life_general", ["attribute_value", "n_value", "persona_share"]].tolist() == ["female", 30, 1.0]
    assert sex.loc["life_general", "persona_lift"] == pytest.approx(1 / (30 / 59))
    assert sex.loc["life_dormant", "n_value"] == 29
    assert np.isnan(sex.loc["life_dormant", "persona_share"])
    assert len(personas.page(found)) == 10


def test_nobody_makes_empty_tables() -> None:
    none = _customers([])
    found = lifecycle.assign(none, silence=Silence(), cpm=CPM)
    counts = pd.DataFrame({"product_id": [], "duration_days": [], "n_events": [], "n_censored": []})
    counts = counts.astype({"product_id": "str", "duration_days": "int64", "n_events": "int64", "n_censored": "int64"})

    assert lifecycle.segment_table(found, none)["n_customers"].tolist() == [0] * 6
    assert lifecycle.movement_table(found, found).empty
    assert lifecycle.lapsing_soon(found, silence=Silence()).empty
    assert lifecycle.revival(none, none, window_days=90)["n_customers"].sum() == 0
    assert silences.gap_quantiles(counts)["n_gaps"].tolist() == [0]
    assert silences.chance_after_silence(counts).empty
    assert silences.marked(silences.chance_after_silence(counts), {"life_dormant": 60}).empty


def test_impossible_settings_are_refused() -> None:
    with refused("lapsed_days == 60, must be above dormant_days == 60."):
        Silence(dormant_days=60, lapsed_days=60)
    with refused("cpm == None, must be given for the rule 'cpm'."):
        lifecycle.assign(_customers([]), silence=Silence())
    with refused("percent life_initial == [50, 50, 10], must be three numbers from 0 that add up to 100."):
        content_mix.mix_table([[40, 30, 30], [50, 50, 10], *[[30, 50, 20]] * 4])
    with refused("percent has 1 segments, must have 6."):
        content_mix.mix_table([[40, 30, 30]])
