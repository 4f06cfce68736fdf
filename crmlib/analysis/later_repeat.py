"""Who bought again soon after an answer, by any group of the answers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.intervals import wilson_bounds
from crmlib.analysis.proportions import ProportionsResult, proportions

LEAST = 30
ALPHA = 0.05
RATES = ["repeat_rate", "repeat_rate_low", "repeat_rate_high"]
DIFFERENCES = ["repeat_difference", "repeat_difference_low", "repeat_difference_high", "pvalue"]


def last_answers(answers: pd.DataFrame, *, where: str | None = None) -> pd.DataFrame:
    """Each customer's last answer, of those for which the column `where` holds; so everybody counts once.

    Of two answers of one day the one with the last response_id.
    """
    require_columns("answers", answers.columns, ["customer_id", "answered_day", "response_id"])
    rows = answers if where is None else answers[answers[where].astype(bool)]
    order = rows.sort_values(["customer_id", "answered_day", "response_id"])
    return order.drop_duplicates("customer_id", keep="last").reset_index(drop=True)


def by_group(followed: pd.DataFrame, *, group: str, least: int = LEAST, alpha: float = ALPHA) -> pd.DataFrame:
    """Share that bought within the window after the answer, each group against all others.

    repeat_rate = customers with an order after the day of the answer and within the window / customers whose answer
    lies at least the window before the base date. Groups of fewer than `least` show counts. Differences are corrected
    for their number k (Bonferroni): intervals at 1 - alpha / k, pvalue = min(1, k p). Of two groups the second
    difference is the first turned round, so k is 1.

    Args:
        followed: one row a customer (`last_answers(where="windowed")`): the group, bought_later.
        group: a column; a missing group counts as not_answered and is compared with nobody.
        least: customers a rate needs.
        alpha: false calls allowed in the table.

    Returns columns:
        group; n_windowed; n_bought_later; repeat_rate, repeat_rate_low, repeat_rate_high (Wilson); repeat_difference,
        repeat_difference_low, repeat_difference_high (share, from all others who answered); pvalue.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("followed", followed.columns, [group, "bought_later"])
    table = _counts(followed, group)
    answered = table["group"] != "not_answered"
    others_n = table.loc[answered, "n_windowed"].sum() - table["n_windowed"]
    others_k = table.loc[answered, "n_bought_later"].sum() - table["n_bought_later"]
    told = answered & (table["n_windowed"] >= least) & (others_n >= least)
    k = 1 if answered.sum() == 2 else max(int(told.sum()), 1)
    pairs = zip(others_k, others_n, table["n_bought_later"], table["n_windowed"], told, strict=True)
    level = 1 - alpha / k
    found = [
        proportions(int(a), int(b), int(c), int(d), confidence_level=level) if known else None
        for a, b, c, d, known in pairs
    ]
    table[DIFFERENCES] = np.array([_differences(one, k) for one in found], dtype="float64").reshape(-1, 4)
    table[RATES] = table[RATES].where(table["n_windowed"] >= least)
    return table


def promoters_against_detractors(followed: pd.DataFrame) -> ProportionsResult:
    """The one comparison of promoters (treatment) with detractors (control): nothing to correct for."""
    require_columns("followed", followed.columns, ["band", "bought_later"])
    counts = followed.groupby("band", observed=False)["bought_later"].agg(["sum", "count"])
    low, high = (counts.reindex([name]).fillna(0).iloc[0] for name in ("detractors", "promoters"))
    return proportions(int(low["sum"]), int(low["count"]), int(high["sum"]), int(high["count"]))


def is_certain(pair: ProportionsResult, *, least: int = LEAST) -> bool:
    """Whether promoters buy again more often than detractors beyond chance, with enough of both."""
    return min(pair.n_control, pair.n_treatment) >= least and pair.difference_interval.low > 0


def _counts(followed: pd.DataFrame, group: str) -> pd.DataFrame:
    column = followed[group]
    names = column.astype(object).where(column.notna(), "not_answered").astype("str")
    counts = followed["bought_later"].astype("int64").groupby(names).agg(["size", "sum"])
    known = [str(c) for c in column.cat.categories] if column.dtype == "category" else sorted(set(names))
    order = [name for name in known if name != "not_answered" and name in counts.index]
    order += ["not_answered"] if "not_answered" in counts.index else []
    counts = counts.reindex(order)
    n, k = counts["size"].to_numpy(dtype="int64"), counts["sum"].to_numpy(dtype="int64")
    low, high = wilson_bounds(k, n)
    rates = {"repeat_rate": k / np.where(n > 0, n, np.nan), "repeat_rate_low": low, "repeat_rate_high": high}
    return pd.DataFrame({"group": pd.Series(order, dtype="str"), "n_windowed": n, "n_bought_later": k, **rates})


def _differences(found: ProportionsResult | None, k: int) -> tuple[float, float, float, float]:
    if found is None:
        return (np.nan,) * 4
    ends = found.difference_interval
    return found.difference, ends.low, ends.high, min(1.0, k * found.pvalue)
