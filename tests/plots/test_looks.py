"""Every plot at 0, 1, 2 and 40 rows, with long names and missing values, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crmlib import plots, words
from crmlib.plots import drawing

LONG = "薬用ホワイトニング美容液ジェル・定期お届けコース（3本セット）をお選びのお客様"
NAMES = [LONG, "Coupon of $5 off a $20 basket, second mailing of the season", "A", "離反懸念"]
VERDICTS = ["treatment_better", "no_clear_difference", "ratio_broken", "treatment_worse", "not_observed"]


def segments(n: int) -> pd.DataFrame:
    share = np.linspace(1, 2, n) / n
    names = [NAMES[i % 4] for i in range(n)]
    return pd.DataFrame({"segment": names, "n_customers": 1234, "share_customers": share, "share_amount": share[::-1]})


def curves(n: int) -> pd.DataFrame:
    cohorts = [
        (words.text(24_000 + i, "month"), k, 0.4 / k + 0.003 * (i % 7)) for i in range(n) for k in range(1, n - i + 1)
    ]
    rows = [(s, k, rate, np.nan, np.nan) for s, k, rate in cohorts if k <= 12]
    rows += [("pooled", k, 0.4 / k, 0.39 / k, 0.41 / k) for k in range(1, min(n, 12) + 1)]
    return pd.DataFrame(rows, columns=["series", "k", "rate", "rate_low", "rate_high"])


def steps(n: int) -> pd.DataFrame:
    rates = np.linspace(0.3, 0.9, n)
    table = {"order_number": np.arange(1, n + 1), "n_eligible": 12_345 // np.arange(1, n + 1), "step_rate": rates}
    bounds = {"step_rate_low": rates - 0.02, "step_rate_high": rates + 0.02, "cumulative_rate": rates.cumprod()}
    return pd.DataFrame({**table, **bounds})


def second(n: int) -> pd.DataFrame:
    day = np.arange(n) * 20
    share = 0.5 * (1 - np.exp(-day / 80))
    low, high = share * 0.95, share * 1.05
    return pd.DataFrame({"day": day, "share_returned": share, "share_returned_low": low, "share_returned_high": high})


def new_repeat(n: int) -> pd.DataFrame:
    months = 24_000 + np.arange(n)
    states = ["observed"] * (n - 1) + ["partial"] * (n > 0)
    return pd.DataFrame({"month": months, "amount_new": 1_234_567, "amount_repeat": 34_567 * (n + 1), "state": states})


def answers(n: int) -> pd.DataFrame:
    kept = min(n, 11)
    return pd.DataFrame({"answer": np.arange(kept), "n": 7, "share": np.full(kept, 1 / max(kept, 1))})


def groups(n: int) -> pd.DataFrame:
    score = np.linspace(-90, 90, n)
    names = [NAMES[i % 4] for i in range(n)]
    return pd.DataFrame({"group": names, "n": 321, "nps": score, "nps_low": score - 9, "nps_high": score + 9})


def repeats(n: int) -> pd.DataFrame:
    rate = np.linspace(0.1, 0.9, n)
    ends = {"repeat_rate_low": rate - 0.05, "repeat_rate_high": rate + 0.05}
    return pd.DataFrame({"group": [NAMES[i % 4] for i in range(n)], "n_windowed": 321, "repeat_rate": rate, **ends})


def priorities(n: int) -> pd.DataFrame:
    kept = min(n, 10)
    rho, mean = np.linspace(0.8, -0.1, kept), np.linspace(0.2, 0.9, kept)
    firsts = ["fix_first" if i % 3 == 0 else "keep_up" for i in range(kept)]
    names = ["price_rating", "usage", "packaging_rating", "effect_felt"]
    drivers = [names[i % 4] for i in range(kept)]
    return pd.DataFrame({"driver": drivers, "correlation": rho, "performance": mean, "driver_priority": firsts})


def experiments(n: int) -> pd.DataFrame:
    value = np.linspace(-0.05, 0.05, n)
    verdicts = [VERDICTS[i % 5] for i in range(n)]
    bounds = {"difference_points_low": value - 0.02, "difference_points_high": value + 0.02}
    names = [NAMES[i % 4] for i in range(n)]
    return pd.DataFrame({"name": names, "difference_points": value, **bounds, "verdict": verdicts})


def rank_grid(n: int) -> pd.DataFrame:
    kept = min(n, 25)
    r, f = 5 - np.arange(kept) // 5, np.arange(kept) % 5 + 1
    ranks = ["ABCDE"[i % 5] for i in range(kept)]
    share = np.linspace(0, 0.999, kept)
    return pd.DataFrame({"r": r, "f": f, "rf_rank": ranks, "n_customers": 12_345, "share_amount": share})


def pareto(n: int) -> pd.DataFrame:
    at = np.linspace(0, 1, n)
    return pd.DataFrame({"cumulative_share_customers": at, "cumulative_share_amount": at**0.3})


def later_rates(n: int) -> pd.DataFrame:
    kept = min(n, 15)
    rate = np.linspace(0.1, 0.12, kept)
    table = {"rfm_measure": [("recency", "frequency", "money")[i % 3] for i in range(kept)], "later_rate": rate}
    bounds = {"later_rate_low": rate - 0.02, "later_rate_high": rate + 0.02}
    return pd.DataFrame({"score": np.arange(kept) // 3 + 1, **table, **bounds})


def per_contact(n: int) -> pd.DataFrame:
    value = np.linspace(10, 2_000, n)
    bounds = {"expected_per_contact_low": value * 0.8, "expected_per_contact_high": value * 1.3}
    names = [NAMES[i % 4] for i in range(n)]
    table = {"segment": names, "n_customers": 1234, "expected_per_contact": value, "needed_per_contact": 250.0}
    return pd.DataFrame({**table, **bounds})


def cpm_months(n: int) -> pd.DataFrame:
    steps = ["first_time", "toddling", LONG, "=1+1", "<b>Top</b>", "has_left"]
    rows = [(24_000 + i, step, 100 * (place + 1)) for i in range(n) for place, step in enumerate(steps)]
    table = pd.DataFrame(rows, columns=["month", "cpm_step", "n_customers"])
    return table.assign(cpm_step=pd.Categorical(table["cpm_step"], steps, ordered=True))


def bridge(n: int) -> pd.DataFrame:
    parts = ["active_last_year", "came_new", "revived", "lost_in_year", "active_this_year"]
    change = [3_254.0, 3_141, 5, -2_253, 4_147]
    rows = {"bridge_part": [parts[i % 5] for i in range(n)], "n_change": [change[i % 5] for i in range(n)]}
    return pd.DataFrame(rows, columns=["bridge_part", "n_change"])


def outlook(n: int) -> pd.DataFrame:
    value = 4_000.0 + 100 * np.arange(n)
    table = pd.DataFrame({"year_ahead": np.arange(n), "n_year_active": value, "amount": value * 17_000})
    for name in ("n_year_active", "amount"):
        table[f"{name}_low"], table[f"{name}_high"] = table[name] * 0.9, table[name] * 1.1
    return table


def values(n: int) -> pd.DataFrame:
    rows = [(name, 30 * k, 100, 1_000.0 * k, 900.0 * k, 1_100.0 * k)
            for name in ("sales_ltv", "profit_ltv") for k in range(1, n + 1)]  # fmt: skip
    return pd.DataFrame(rows, columns=["value_basis", "day", "n_eligible", "ltv", "ltv_low", "ltv_high"])


def paybacks(n: int) -> pd.DataFrame:
    rows = [(f"{NAMES[i % 4]}{i}", day, 900 - i, day * 20.0 - 300 * i) for i in range(n) for day in (0, 30, 360, 720)]
    return pd.DataFrame(rows, columns=["media", "day", "n_eligible", "net"])


def media(n: int) -> pd.DataFrame:
    limit = np.linspace(-5_000, 20_000, n)
    bounds = {"limit_cpo_low": limit - 1_000, "limit_cpo_high": limit + 1_000}
    names = [NAMES[i % 4] for i in range(n)]
    verdicts = [("scale", "untellable", "stop")[i % 3] for i in range(n)]
    table = {"media": names, "n_year": 1_234, "cpo": 9_000.0, "limit_cpo": limit, "verdict": verdicts}
    return pd.DataFrame({**table, **bounds})


def tornado(n: int) -> pd.DataFrame:
    names = ["unit_price_element", "cancellation_element", "continuation_element", "continuation_later"]
    up = np.linspace(2_000, 10, n)
    table = {"element": [names[i % 4] for i in range(n)], "number": [i if i % 4 == 2 else np.nan for i in range(n)]}
    return pd.DataFrame({**table, "change": 0.01, "difference_up": up, "difference_down": -up})


def reach(n: int) -> pd.DataFrame:
    model = 0.95 ** np.arange(n)
    table = {"number": np.arange(1, n + 1), "reach": np.where(np.arange(n) < 12, model * 0.97, np.nan)}
    bounds = {"reach_model_low": model * 0.9, "reach_model_high": np.minimum(model * 1.1, 1)}
    return pd.DataFrame({**table, "reach_model": model, **bounds})


def cost_months(n: int) -> pd.DataFrame:
    return pd.DataFrame({"month": 24_000 + np.arange(n), "cpa": 6_000.0 + 100 * (np.arange(n) % 7)})


CASES: dict[str, tuple[Callable[..., Axes], Callable[[int], pd.DataFrame]]] = {
    "segments": (plots.rfm.segments, segments),
    "rank_grid": (plots.rfm.rank_grid, rank_grid),
    "pareto": (plots.rfm.pareto, pareto),
    "later_rates": (plots.rfm.later_rates, later_rates),
    "per_contact": (plots.rfm.per_contact, per_contact),
    "curves": (plots.retention.curves, curves),
    "steps": (plots.retention.steps, steps),
    "second_purchase": (plots.retention.second_purchase, second),
    "new_repeat": (plots.retention.new_repeat, new_repeat),
    "distribution": (plots.nps.distribution, answers),
    "groups": (plots.nps.groups, groups),
    "repeats": (plots.nps.repeats, repeats),
    "priorities": (plots.nps.priorities, priorities),
    "differences": (plots.abtest.differences, experiments),
    "ltv_cumulative": (plots.ltv.cumulative, values),
    "ltv_payback": (plots.ltv.payback, paybacks),
    "ltv_break_even": (plots.ltv.break_even, media),
    "ltv_tornado": (plots.ltv.tornado, tornado),
    "ltv_survival": (plots.ltv.survival, reach),
    "ltv_cost_trend": (plots.ltv.cost_trend, cost_months),
    "cpm_months": (plots.portfolio.months, cpm_months),
    "bridge": (plots.portfolio.bridge, bridge),
    "outlook": (plots.portfolio.outlook, outlook),
    "outlook_sales": (plots.portfolio.sales_outlook, outlook),
}


def rated(name: str, value: str, n_name: str, codes: list[str] | None = None) -> Callable[[int], pd.DataFrame]:
    """A table of rates with their intervals, named by long texts or by codes."""

    def table(n: int) -> pd.DataFrame:
        rate = np.linspace(0.02, 0.6, n)
        ends = {f"{value}_low": rate - 0.01, f"{value}_high": rate + 0.2}
        names = codes or NAMES
        return pd.DataFrame({name: [names[i % len(names)] for i in range(n)], n_name: 12_345, value: rate, **ends})

    return table


def sales_differences(n: int) -> pd.DataFrame:
    names = {f"difference_points{end}": f"difference_amount{end}" for end in ("", "_low", "_high")}
    table = experiments(n).rename(columns=names)
    table[[*names.values()]] *= 1_234_567.0
    return table.assign(verdict=[["not_testable", *VERDICTS][i % 6] for i in range(n)])


def nets(n: int) -> pd.DataFrame:
    value = np.linspace(-1_234_567.0, 34_567_890.0, n)
    return pd.DataFrame({"name": [NAMES[i % 4] for i in range(n)], "net_profit": value,
                         "net_profit_low": value - 9e6, "net_profit_high": value + 9e6})  # fmt: skip


def kept_contracts(n: int) -> pd.DataFrame:
    slower = {"control": 0.97, "a": 0.98, "b": 0.985, "treatment": 0.99}
    rows = [(arm, 9 * i, k**i, k**i * 0.95, min(k**i * 1.05, 1.0)) for arm, k in slower.items() for i in range(3 * n)]
    return pd.DataFrame(rows, columns=["arm", "days_since", "kept_rate", "kept_rate_low", "kept_rate_high"])


def levels(n: int) -> pd.DataFrame:
    return pd.DataFrame({"roll_name": [NAMES[i % 4] for i in range(n)], "n_customers": 12_345 * (np.arange(n) + 1)})


# Drawn from the forms that the charts above are drawn from: fewer settings are enough.
NEWER: dict[str, tuple[Callable[..., Axes], Callable[[int], pd.DataFrame]]] = {
    "amounts": (plots.abtest.amounts, sales_differences),
    "net": (plots.abtest.net, nets),
    "kept": (plots.abtest.kept, kept_contracts),
    "mails": (plots.scenario.mails, rated("message_name", "goal_rate", "n_in_sequence")),
    "effect": (plots.scenario.effect, rated("scenario_name", "effect_difference", "n_held_group")),
    "triggers": (
        plots.scenario.triggers, rated("trigger", "bought_rate", "n_unbought", ["trigger_cart", "trigger_browse"])
    ),
    "roll_out": (plots.scenario.roll_out, levels),
}  # fmt: skip
Look = Callable[..., list[str]]


@pytest.mark.parametrize(("n", "language"), [(1, "en"), (2, "ja"), (10, "en"), (40, "ja")])
@pytest.mark.parametrize("name", CASES)
def test_no_label_is_cut_or_covers_another(name: str, n: int, language: str, look: Look) -> None:
    plot, table = CASES[name]
    assert look(plot, table(n), language=language) == []


@pytest.mark.parametrize(("n", "language"), [(3, "en"), (12, "ja")])
@pytest.mark.parametrize("name", NEWER)
def test_no_label_of_a_newer_chart_is_cut_or_covers_another(name: str, n: int, language: str, look: Look) -> None:
    plot, table = NEWER[name]
    frame = table(n)
    frame.loc[frame.index[1], frame.select_dtypes("float").columns] = np.nan
    assert look(plot, frame, language=language) == []


@pytest.mark.parametrize("name", NEWER)
def test_a_newer_chart_of_nothing_says_so(name: str, draw: Any, texts: Any) -> None:
    plot, table = NEWER[name]
    assert texts(draw(plot, table(0))) == ["Nothing to show"]


@pytest.mark.parametrize("name", CASES)
def test_an_empty_table_says_that_there_is_nothing_to_show(name: str, draw: Any, texts: Any) -> None:
    plot, table = CASES[name]
    assert texts(draw(plot, table(0))) == ["Nothing to show"]


@pytest.mark.parametrize("name", CASES)
def test_missing_values_are_drawn_around(name: str, look: Look) -> None:
    plot, table = CASES[name]
    frame = table(6)
    numbers = frame.select_dtypes("float").columns
    frame.loc[frame.index[1], numbers] = np.nan
    assert look(plot, frame) == []


@pytest.mark.parametrize("name", CASES)
def test_a_table_of_missing_values_only_is_drawn(name: str, look: Look) -> None:
    plot, table = CASES[name]
    frame = table(3)
    numbers = [c for c in frame.select_dtypes("number").columns if c not in {"n", "answer", "month", "n_customers"}]
    frame[numbers] = frame[numbers].astype("float64") * np.nan
    assert look(plot, frame) == []


@pytest.mark.parametrize("name", CASES)
def test_a_plot_sets_no_title_or_legend_and_takes_no_more_than_its_room(name: str, draw: Any) -> None:
    plot, table = CASES[name]
    ax = draw(plot, table(5))
    assert (ax.get_title(), ax.get_legend()) == ("", None)
    width, height = ax.get_figure().get_size_inches().tolist()
    assert width == 7.4
    assert height <= 3.6


@pytest.mark.parametrize("name", CASES)
def test_a_chart_without_data_is_low(name: str, draw: Any) -> None:
    plot, table = CASES[name]
    assert draw(plot, table(0)).get_figure().get_size_inches()[1] * 72 == pytest.approx(drawing.NOTHING)


@pytest.mark.parametrize(("name", "row"), [("segments", 36), ("groups", 30), ("differences", 36)])
def test_a_chart_of_few_rows_is_as_high_as_its_rows(name: str, row: float, draw: Any) -> None:
    plot, table = CASES[name]
    heights = [draw(plot, table(n)).get_figure().get_size_inches()[1] * 72 for n in (1, 3, 40)]
    assert heights == pytest.approx([row + drawing.AXIS, 3 * row + drawing.AXIS, 3.6 * 72])


@pytest.mark.parametrize("name", CASES)
def test_in_a_figure_of_several_axes_a_plot_leaves_the_size(name: str) -> None:
    plot, table = CASES[name]
    both = Figure(figsize=(9, 5), layout="constrained").subplots(1, 2)
    plot(table(1), ax=both[0])
    assert both[0].get_figure().get_size_inches().tolist() == [9, 5]


@pytest.mark.parametrize("name", CASES)
def test_without_axes_a_figure_unknown_to_pyplot_is_made(name: str) -> None:
    from matplotlib import pyplot as plt

    plot, table = CASES[name]
    assert isinstance(plot(table(3)), Axes)
    assert plt.get_fignums() == []


@pytest.mark.parametrize("name", CASES)
def test_a_plot_leaves_its_table_as_it_was(name: str, draw: Any) -> None:
    plot, table = CASES[name]
    given = table(5)
    draw(plot, given)
    pd.testing.assert_frame_equal(given, table(5))


def test_the_eye_for_faults_sees_a_cut_and_an_overlap(look: Look) -> None:
    def bad(table: pd.DataFrame, *, ax: Axes) -> Axes:
        ax.text(0.5, 0.5, "one", in_layout=False)
        ax.text(0.505, 0.5, "two", in_layout=False)
        ax.text(0.98, 0.2, "over the edge", in_layout=False)
        return ax

    assert look(bad, pd.DataFrame()) == ["cut: over the edge", "one over two"]
