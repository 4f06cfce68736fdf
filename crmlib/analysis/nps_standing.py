"""Where each customer stood on the day of an answer: orders, CPM group, lifecycle and stage, from nothing later."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.lifecycle import SEGMENTS, Silence, assign
from crmlib.analysis.nps_bands import STANDARD, Bands, band_of
from crmlib.analysis.portfolio import GROUPS, Thresholds, assign_groups
from crmlib.analysis.stages import STAGES

NO_ORDER = "no_order_before"
FREQUENCIES = {"orders_1": 1, "orders_2_3": 3, "orders_4_6": 6, "orders_7_11": 11, "orders_12_up": np.inf}
MOST_DAYS = 40  # days for which the stages are judged at most
DIMENSIONS = ("stage", "cpm_group", "frequency_group", "life_segment", "month")


def with_history(
    answers: pd.DataFrame, history: pd.DataFrame, *, as_of_day: int, window_days: int, year_days: int = 365,
    bands: Bands = STANDARD,
) -> pd.DataFrame:  # fmt: skip
    """The answers with their band and with what the customer had bought before and bought after.

    `windowed`: the answer lies at least `window_days` before the base date, so that a purchase soon after it could be
    seen; `followed_year`: at least a year before it; `known_year`: the first order lies at least a year before the
    answer, so that a year of purchases could be made. Without orders all three are false.

    Args:
        answers: of `nps.latest_answers`.
        history: of `aggregates.around_days` for the days of the answers; empty without orders.
        as_of_day: where observation ends.
        window_days: as in the history.
        year_days: as in the history.
        bands: where a band ends.

    Returns columns:
        those of `answers`; band; those of `history` but day; windowed, followed_year, known_year, bought_later (bool).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("answers", answers.columns, ["customer_id", "answered_day", "nps"])
    told = history.rename(columns={"day": "answered_day"})
    table = answers.merge(told, on=["customer_id", "answered_day"], how="left")
    seen = bool(history["n_orders_before"].sum() + history["n_orders_year_after"].sum())
    days = table["answered_day"]
    return table.assign(
        band=band_of(table["nps"], bands=bands),
        windowed=(days + window_days <= as_of_day) & seen,
        followed_year=(days + year_days <= as_of_day) & seen,
        known_year=(days - table["first_day"] >= year_days) & seen,
        bought_later=table["n_orders_soon_after"].fillna(0) > 0,
    )


def standing(
    answers: pd.DataFrame, stages: pd.DataFrame, *, cpm: Thresholds, silence: Silence, dimensions: Sequence[str] = ()
) -> pd.DataFrame:
    """The answers with the customer's groups at the end of the day before the answer.

    A customer without an order until then stands in none and is called so. Without a single order in the data the
    groups are missing.

    Args:
        answers: of `with_history`.
        stages: of `judged`; empty where there are none.
        cpm: thresholds of the portfolio.
        silence: days after which a customer is dormant, and lapsed.
        dimensions: groups to leave missing.

    Returns columns:
        those of `answers`; stage, cpm_group, frequency_group, life_segment (ordered categories); month (of answering,
        year * 12 + month - 1).

    Raises:
        ValueError: a column is missing.
    """
    bought = answers[answers["n_orders_before"] > 0]
    then = pd.DataFrame({
        "customer_id": bought["customer_id"],
        "n_orders": bought["n_orders_before"].astype("int64"),
        "amount": bought["amount_before"].astype("int64"),
        "recency_days": (bought["answered_day"] - 1 - bought["last_day"]).astype("int64"),
        "tenure_days": (bought["last_day"] - bought["first_day"]).astype("int64"),
    })  # fmt: skip
    places = np.searchsorted(list(FREQUENCIES.values()), then["n_orders"])
    found = {
        "cpm_group": assign_groups(then, thresholds=cpm)["group"].astype("str"),
        "frequency_group": pd.Series(np.array([*FREQUENCIES])[places], index=then.index, dtype="str"),
        "life_segment": assign(then, silence=silence, cpm=cpm)["segment"].astype("str"),
    }
    table = answers.assign(month=_month(answers["answered_day"]))
    table["stage"] = _then(_stages(answers, stages), answers, [*STAGES])
    orders = {"cpm_group": GROUPS, "frequency_group": [*FREQUENCIES], "life_segment": SEGMENTS[1:]}
    for name, categories in orders.items():
        table[name] = _then(found[name].reindex(answers.index), answers, [*categories])
    return table.assign(**dict.fromkeys(dimensions, np.nan))


def judging_days(answered_days: Sequence[int] | pd.Series[int], *, most: int = MOST_DAYS) -> dict[int, int]:
    """For each day of answering the day whose stages are read: the day before it.

    Where answers came on more than `most` days, the days read are evenly spread and the last of them before the
    answer is taken: up to a few days older, never later.

    Example:
        >>> judging_days([100, 103])
        {100: 99, 103: 102}
    """
    days = sorted({int(day) for day in answered_days})
    if not days:
        return {}
    first, span = days[0], days[-1] - days[0] + 1
    step = 1 if len(days) <= most else -(-span // most)
    return {day: first - 1 + (day - first) // step * step for day in days}


def eves(answers: pd.DataFrame) -> list[int]:
    """The days for which the stages are judged, for `stage_evidence.gather`."""
    return sorted(set(judging_days(answers["answered_day"]).values()))


def _stages(answers: pd.DataFrame, stages: pd.DataFrame) -> pd.Series[str]:
    read = judging_days(answers["answered_day"])
    asked = pd.DataFrame({"customer_id": answers["customer_id"], "day": answers["answered_day"].map(read)})
    if stages.empty:
        return pd.Series(np.nan, index=answers.index, dtype="str")
    told = asked.merge(stages.astype({"stage": "str"}), on=["customer_id", "day"], how="left")
    return told["stage"].set_axis(answers.index)


def _then(found: pd.Series[str], answers: pd.DataFrame, categories: list[str]) -> pd.Series[str]:
    """Ordered groups; those without an order yet by that name, and nobody's group known where there are no orders."""
    if not (answers["n_orders_before"] > 0).any():
        return pd.Series(pd.Categorical([None] * len(answers), categories=categories, ordered=True), answers.index)
    named = found.astype("str").where(answers["n_orders_before"] > 0, NO_ORDER)
    return named.astype(pd.CategoricalDtype([NO_ORDER, *categories], ordered=True))


def _month(days: pd.Series[int]) -> pd.Series[int]:
    when = pd.to_datetime(days, unit="D")
    return when.dt.year * 12 + when.dt.month - 1
