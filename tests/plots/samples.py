"""A table of any size for every public plot, with names that are long or meant to break something."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crmlib import plots
from crmlib.plots import colours, forms

Plot = Callable[..., Axes]
Names = Sequence[str]
LONG = [
    "薬用ホワイトニング美容液ジェル・定期お届けコース（3本セット）をお選びの方のためのご案内",
    "離反懸念",
    "Coupon of $5 off a $20 basket, second mailing of the season",
    "敏感肌用モイスチャーローション髙﨑屋特製・詰替用パウチ2個入り送料無料キャンペーン品",
]
HOSTILE = [
    '"><script>alert(1)</script>',
    '=HYPERLINK("http://x.example","y")',
    "first line\nsecond\tline",
    "$x^2_1$ 50% \\alpha {n:count} %s",
    "W" * 60,
    "",
    "～①㈱－＆",
]
NAMES = {"long": LONG, "hostile": HOSTILE}
VERDICTS = ["treatment_better", "no_clear_difference", "ratio_broken", "treatment_worse", "not_observed"]


def public_plots() -> dict[str, Plot]:
    """Every function of the plots' modules that others call to draw, by module and name."""
    modules = [getattr(plots, name) for name in plots.__all__] + [forms]
    return {
        f"{module.__name__.rsplit('.', 1)[1]}.{name}": function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }


def these(names: Names, n: int) -> list[str]:
    """So many names; those of a second round are numbered, so that each is a group of its own."""
    return [name if i < len(names) else f"{i} {name}" for i, name in enumerate(islice(cycle(names), n))]


def bounded(name: str, values: Any, width: float = 0.04) -> dict[str, Any]:
    """A column with its interval."""
    return {name: values, f"{name}_low": values - width, f"{name}_high": values + width}


def rated(name: str, value: str, n_name: str = "", *, low: float = 0.05, high: float = 0.9, width: float = 0.04) -> Any:
    """One row a group with a name, a size and a figure with its interval."""

    def table(n: int, names: Names) -> pd.DataFrame:
        size = {n_name: 12_345} if n_name else {}
        return pd.DataFrame({name: these(names, n), **size, **bounded(value, np.linspace(high, low, n), width)})

    return table


def along(x: str, value: str, *, start: int = 1, step: int = 1, top: float = 0.9, low: float = 0.3) -> Any:
    """One row a point of one line."""

    def table(n: int, names: Names) -> pd.DataFrame:
        places = start + step * np.arange(n)
        return pd.DataFrame({x: places, **bounded(value, np.linspace(top, low, n), top / 20)})

    return table


def lines(series: str, x: str, value: str, *, codes: Names = (), top: float = 0.9) -> Any:
    """Some points each of n lines, or of lines with these codes."""

    def table(n: int, names: Names) -> pd.DataFrame:
        found = [*codes] if codes else these(names, n)
        rows = [(name, 30 * k, top * (0.98**i) * 0.9**k) for i, name in enumerate(found) for k in range(min(n, 1) * 9)]
        frame = pd.DataFrame(rows, columns=[series, x, value])
        return frame.assign(**bounded(value, frame[value].astype("float64"), top / 30), n_eligible=len(frame))

    return table


def experiments(value: str, size: float) -> Any:
    def table(n: int, names: Names) -> pd.DataFrame:
        found = pd.DataFrame({"name": these(names, n), **bounded(value, np.linspace(-size, size, n), size / 3)})
        return found.assign(verdict=[VERDICTS[i % 5] for i in range(n)])

    return table


def standing(name: str, before: str) -> Any:
    def table(n: int, names: Names) -> pd.DataFrame:
        numbers = np.linspace(12_345, 3, n).round()
        share = numbers / max(numbers.sum(), 1)
        return pd.DataFrame(
            {name: these(names, n), "n_customers": numbers, before: numbers[::-1], "share_customers": share}
        )

    return table


def steps(number: str, rate: str, n_name: str, line: str) -> Any:
    def table(n: int, names: Names) -> pd.DataFrame:
        rates = np.linspace(0.5, 0.95, n)
        found = {number: np.arange(1, n + 1), n_name: 12_345 // np.arange(1, n + 1), **bounded(rate, rates, 0.02)}
        return pd.DataFrame({**found, line: rates.cumprod()})

    return table


def stacked(**parts: float) -> Any:
    """Months, the last of which has not ended, of these parts."""

    def table(n: int, names: Names) -> pd.DataFrame:
        states = ["observed"] * (n - 1) + ["partial"] * (n > 0)
        heights = {name: np.linspace(top / 2, top, n).round() for name, top in parts.items()}
        return pd.DataFrame({"month": 24_000 + np.arange(n), **heights, "state": states})

    return table


def curves(n: int, names: Names) -> pd.DataFrame:
    rows = [(f"{2020 + i // 12}-{i % 12 + 1:02}", k, 0.4 / k + 0.003 * (i % 7), np.nan, np.nan)
            for i in range(n) for k in range(1, min(n - i, 12) + 1)]  # fmt: skip
    rows += [("pooled", k, 0.4 / k, 0.39 / k, 0.41 / k) for k in range(1, min(n, 12) + 1)]
    return pd.DataFrame(rows, columns=["series", "k", "rate", "rate_low", "rate_high"])


def answers(n: int, names: Names) -> pd.DataFrame:
    kept = min(n, 11)
    return pd.DataFrame({"answer": np.arange(kept), "n": 7, "share": np.full(kept, 1 / max(kept, 1))})


def frequency(n: int, names: Names) -> pd.DataFrame:
    spans = ["before_answer", "after_answer"]
    found = pd.DataFrame({"band": these(names, n), "span": [spans[i % 2] for i in range(n)], "n_respondents": 1234})
    return found.assign(**bounded("orders_a_year", np.linspace(1.0, 7.0, n), 0.5))


def priorities(n: int, names: Names) -> pd.DataFrame:
    found = {"correlation": np.linspace(0.8, -0.1, n), "performance": np.linspace(0.2, 0.9, n)}
    firsts = ["fix_first" if i % 3 == 0 else "keep_up" for i in range(n)]
    return pd.DataFrame({"driver": these(names, n), **found, "driver_priority": firsts})


def rank_grid(n: int, names: Names) -> pd.DataFrame:
    at = np.arange(min(n, 25))
    ranks = ["ABCDE"[i % 5] for i in at]
    shares = np.linspace(0, 0.999, len(at))
    return pd.DataFrame(
        {"r": 5 - at // 5, "f": at % 5 + 1, "rf_rank": ranks, "n_customers": 12_345, "share_amount": shares}
    )


def pareto(n: int, names: Names) -> pd.DataFrame:
    at = np.linspace(0, 1, n + 1 if n else 0)
    return pd.DataFrame({"cumulative_share_customers": at, "cumulative_share_amount": at**0.3})


def later_rates(n: int, names: Names) -> pd.DataFrame:
    at = np.arange(min(n, 15))
    measures = ["recency", "frequency", "money"]
    found = pd.DataFrame({"rfm_measure": [measures[i % 3] for i in at], "score": at // 3 + 1})
    return found.assign(**bounded("later_rate", np.linspace(0.1, 0.12, len(at)), 0.02))


def segments(n: int, names: Names) -> pd.DataFrame:
    share = np.linspace(1, 2, n) / max(n, 1)
    return pd.DataFrame(
        {"segment": these(names, n), "n_customers": 1234, "share_customers": share, "share_amount": share[::-1]}
    )


def cpm_months(n: int, names: Names) -> pd.DataFrame:
    order = [*these(names, min(n, 15)), "has_left"]
    rows = [(24_000 + i, step, 100 * (place + 1)) for i in range(n) for place, step in enumerate(order)]
    found = pd.DataFrame(rows, columns=["month", "cpm_step", "n_customers"])
    return found.assign(cpm_step=pd.Categorical(found["cpm_step"], order, ordered=True))


def bridge(n: int, names: Names) -> pd.DataFrame:
    change = np.array([3_254.0, 3_141, 5, -2_253] * 10)[:n]
    return pd.DataFrame({"bridge_part": these(names, n), "n_change": change})


def media(n: int, names: Names) -> pd.DataFrame:
    limit = bounded("limit_cpo", np.linspace(-5_000, 20_000, n), 1_000)
    verdicts = [("scale", "untellable", "stop")[i % 3] for i in range(n)]
    return pd.DataFrame({"media": these(names, n), "n_year": 1_234, "cpo": 9_000.0, **limit, "verdict": verdicts})


def tornado(n: int, names: Names) -> pd.DataFrame:
    up = np.linspace(2_000, 10, n)
    numbers = [i if i % 4 == 2 else np.nan for i in range(n)]
    found = {"element": these(names, n), "number": numbers, "change": 0.01}
    return pd.DataFrame({**found, "difference_up": up, "difference_down": -up})


def reach(n: int, names: Names) -> pd.DataFrame:
    model = 0.95 ** np.arange(n)
    seen = np.where(np.arange(n) < 12, model * 0.97, np.nan)
    return pd.DataFrame({"number": np.arange(1, n + 1), "reach": seen, **bounded("reach_model", model, 0.05)})


def kpis(n: int, names: Names) -> pd.DataFrame:
    reached = np.linspace(0.4, 1.6, n)
    ends = {"achieved_from": reached * 0.8, "achieved_to": reached * 1.2}
    marks = [("mark_bad", "mark_bad", "mark_fair", "mark_good")[i % 4] for i in range(n)]
    chance = [("beyond_chance", "within_chance", "within_scatter", "within_chance")[i % 4] for i in range(n)]
    return pd.DataFrame(
        {"kpi_id": these(names, n), "achievement": reached, **ends, "mark": marks, "gap_verdict": chance}
    )


def silences(n: int, names: Names) -> pd.DataFrame:
    limit = {6: "life_dormant", 24: "life_lapsed"}
    found = along("silent_days", "buys_again", start=0, step=10)(n, names)
    return found.assign(limit=[limit.get(i, "") for i in range(n)])


def quality_months(n: int, names: Names) -> pd.DataFrame:
    verdicts = ["begins", *["whole"] * max(n - 5, 0), "empty", "far_below", "whole", "partial"][:n]
    return pd.DataFrame(
        {"month": 24_000 + np.arange(n), "n_orders": np.linspace(900, 12_345, n).round(), "month_verdict": verdicts}
    )


def items(n: int, names: Names) -> pd.DataFrame:
    others = ["others", "order_level"] if n > 12 else []
    share = np.linspace(0.5, 0.001, n) / max(n, 1)
    return pd.DataFrame({"item": [*these(names, n), *others], "share_amount": [*share, *[0.2] * len(others)]})


def pairs(n: int, names: Names) -> pd.DataFrame:
    found = rated("pair", "follow_rate", "n_could")(n, names)
    return found.assign(
        pair=[f"{one} → {other}" for one, other in zip(these(names, n), these([*names][::-1], n), strict=True)]
    )


def per_contact(n: int, names: Names) -> pd.DataFrame:
    found = rated("segment", "expected_per_contact", "n_customers", low=10, high=2_000, width=300)(n, names)
    return found.assign(needed_per_contact=250.0)


def reasons(n: int, names: Names) -> pd.DataFrame:
    return rated("reason", "cancel_rate", "n_cancelled")(n, names)


SAMPLES: dict[str, Callable[[int, Names], pd.DataFrame]] = {
    "abtest.differences": experiments("difference_points", 0.05),
    "abtest.amounts": experiments("difference_amount", 61_234_567.0),
    "abtest.net": rated("name", "net_profit", low=-1_234_567, high=34_567_890, width=9e6),
    "abtest.kept": lines("arm", "days_since", "kept_rate"),
    "abtest.detectable": lambda n, _: pd.DataFrame(
        {
            "n_planned": np.linspace(500.0, 60_000.0, n),
            "detectable_gain": np.linspace(1.5, 0.04, n),
            "is_planned": [i == n // 2 for i in range(n)],
        }
    ),
    "basket.products": items,
    "basket.follow_ups": pairs,
    "calls.funnel": lambda n, names: pd.DataFrame({"call_step": these(names, n), "n_customers": 12_345}),
    "calls.groups": rated("call_group", "revival_rate", "n_windowed"),
    "calls.channels": rated("contact_channel", "revival_rate", "n_windowed"),
    "calls.inquiries": stacked(n_resolved=1_234, n_unresolved=12),
    "entries.groups": rated("group", "f2_rate", "n_eligible"),
    "entries.by_month": along("month", "f2_rate", start=24_300),
    "entries.weeks": along("week", "n_events", top=9_999),
    "entries.windows": along("window_days", "f2_rate", start=30, step=30),
    "forms.bands": lines("group", "day", "share_returned"),
    "forms.bar_rows": lambda n, names: pd.DataFrame(
        {"group": these(names, n), "amount": np.linspace(9e6, -2e6, n).round()}
    ),
    "forms.interval_rows": rated("group", "rate", "n"),
    "forms.stacked_months": stacked(amount_new=1e6, amount_repeat=3e6),
    "kpi.achievement": kpis,
    "lifecycle.segments": standing("segment", "n_segment_before"),
    "lifecycle.chance": silences,
    "lifecycle.revived": rated("silence_band", "buy_rate", "n_customers"),
    "ltv.cumulative": lines("value_basis", "day", "ltv", codes=["sales_ltv", "profit_ltv"], top=24_000.0),
    "ltv.payback": lines("media", "day", "net", top=24_000.0),
    "ltv.break_even": media,
    "ltv.tornado": tornado,
    "ltv.cost_trend": along("month", "cpa", start=24_300, top=6_543.0),
    "ltv.survival": reach,
    "nps.distribution": answers,
    "nps.groups": rated("group", "nps", "n", low=-90, high=90, width=9),
    "nps.repeats": rated("group", "repeat_rate", "n_windowed"),
    "nps.frequency": frequency,
    "nps.chain": rated("chain_step", "pass_rate", "n_answering"),
    "nps.gaps": rated("group", "mean_gap", "n", low=-0.8, high=0.6),
    "nps.drivers": rated("driver", "correlation", "n", low=-0.2),
    "nps.priorities": priorities,
    "portfolio.months": cpm_months,
    "portfolio.bridge": bridge,
    "portfolio.leave_rates": rated("cpm_step", "rate_moved", "n_start"),
    "portfolio.outlook": along("year_ahead", "n_year_active", start=0, top=12_345.0),
    "portfolio.sales_outlook": along("year_ahead", "amount", start=0, top=123_456_789.0),
    "quality.months": quality_months,
    "retention.curves": curves,
    "retention.steps": steps("order_number", "step_rate", "n_eligible", "cumulative_rate"),
    "retention.second_purchase": along("day", "share_returned", start=0, step=20, top=0.1, low=0.9),
    "retention.new_repeat": stacked(amount_new=1_234_567, amount_repeat=34_567_890),
    "rfm.segments": segments,
    "rfm.rank_grid": rank_grid,
    "rfm.pareto": pareto,
    "rfm.later_rates": later_rates,
    "rfm.per_contact": per_contact,
    "scenario.mails": rated("message_name", "goal_rate", "n_in_sequence"),
    "scenario.effect": rated("scenario_name", "effect_difference", "n_held_group", low=-0.1, high=0.2),
    "scenario.triggers": rated("trigger", "bought_rate", "n_unbought"),
    "scenario.roll_out": lambda n, names: pd.DataFrame({"roll_name": these(names, n), "n_customers": 12_345}),
    "stages.standing": standing("stage", "n_stage_before"),
    "stages.rose": rated("stage_before", "rose_rate", "n_start"),
    "subscriptions.steps": steps("delivery", "continuation_rate", "n_due", "remaining_rate"),
    "subscriptions.hazard": along("delivery", "leave_rate"),
    "subscriptions.units": lines("counted_unit", "delivery", "remaining_rate"),
    "subscriptions.curves": lines("group", "delivery", "remaining_rate"),
    "subscriptions.standing": along("contract_days", "standing_rate", start=0, step=30),
    "subscriptions.plans": lines("plan", "contract_days", "standing_rate"),
    "subscriptions.reasons": reasons,
    "subscriptions.definitions": rated("definition", "defined_rate"),
}
# The shared forms need to be told which columns to draw.
SETTINGS: dict[str, dict[str, Any]] = {
    "forms.bands": {"x": "day", "value": "share_returned", "series": "group"},
    "forms.bar_rows": {"name": "group", "value": "amount"},
    "forms.interval_rows": {"name": "group", "value": "rate", "n": "n", "target": 0.3, "target_name": "Target"},
    "forms.stacked_months": {
        "parts": {"amount_new": colours.NEW, "amount_repeat": colours.REPEAT}, "value": "amount",
    },
}  # fmt: skip
# What is drawn of 40 rows without leaving any out: points of one line, answers, cells, months.
NO_CATEGORIES = {
    "abtest.detectable",
    "calls.inquiries", "entries.by_month", "entries.weeks", "entries.windows", "forms.stacked_months",
    "lifecycle.chance", "ltv.cumulative", "ltv.cost_trend", "ltv.survival", "nps.distribution", "portfolio.outlook",
    "portfolio.sales_outlook", "quality.months", "retention.curves", "retention.steps",
    "retention.second_purchase", "retention.new_repeat", "rfm.rank_grid", "rfm.pareto", "rfm.later_rates",
    "subscriptions.steps", "subscriptions.hazard", "subscriptions.standing",
}  # fmt: skip
