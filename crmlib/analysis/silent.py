"""Customers as dormant on the same days and not contacted: what to compare calls with where nobody was held out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.revival import HELD_OUT, NOT_CONTACTED

MEASURES = {"recency_days": "balance_recency", "n_orders_before": "balance_orders", "amount_before": "balance_amount"}


def comparable(
    approached: pd.DataFrame, silences: pd.DataFrame, contacts: pd.DataFrame, *, dormant_days: int = 60,
    window_days: int = 90, per_call: int = 5, seed: int = 1,
) -> pd.DataFrame:  # fmt: skip
    """For every observed call, some customers who were as dormant on the same day and not contacted until then.

    Whoever was contacted later stays in: to leave him out would be to choose by what came after. As dormant: the
    silence on that day lies in the same band (up to twice, four times `dormant_days`, longer). They are drawn with the
    seed from all who were; a customer may be drawn for several calls, because long silences stand open on many days
    and must count as often as the calls find them.

    Args:
        approached: of `revival.approaches`.
        silences: of `aggregates.silences`, longer than `dormant_days`.
        contacts: customer_id, contacted_day, contact_group.
        dormant_days: as in `revival.approaches`.
        window_days: likewise.
        per_call: customers drawn for one call at most.
        seed: of the draw.

    Returns columns:
        customer_id; contacted_day (of the call); contact_group (not_contacted); recency_days; n_orders_before,
        amount_before; revived (bool).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("silences", silences.columns,
                    ["customer_id", "last_day", "next_day", "n_orders_before", "amount_before"])  # fmt: skip
    calls = approached[approached["observed"].astype(bool) & (approached["contact_group"] != HELD_OUT)]
    pool = _with_first_contact(silences, contacts).sort_values(["customer_id", "last_day"], ignore_index=True)
    pairs = [(float(day), float(gap)) for day, gap in zip(calls["contacted_day"], calls["recency_days"], strict=True)]
    drawn = _draw(pool, pairs, dormant_days, per_call, np.random.default_rng(seed))
    rows = pool.iloc[[place for place, _ in drawn]].reset_index(drop=True)
    rows["contacted_day"] = pd.Series([day for _, day in drawn], dtype="int64")
    rows["contact_group"] = NOT_CONTACTED
    rows["recency_days"] = rows["contacted_day"] - rows["last_day"]
    rows["revived"] = (rows["next_day"] - rows["contacted_day"] <= window_days).astype(bool)
    return rows[["customer_id", "contacted_day", "contact_group", "recency_days", "n_orders_before", "amount_before",
                 "revived"]]  # fmt: skip


def _draw(
    pool: pd.DataFrame, calls: list[tuple[float, float]], dormant_days: int, per_call: int, random: np.random.Generator
) -> list[tuple[int, int]]:
    """Places in the pool, with the day of the call each was drawn for."""
    last, following = pool["last_day"].to_numpy(), pool["next_day"].fillna(np.inf).to_numpy()
    touched = pool["touched_day"].to_numpy(dtype="float64")
    bounds = np.array([dormant_days, 2 * dormant_days, 4 * dormant_days, np.inf])
    found: list[tuple[int, int]] = []
    for day, gap in calls:
        band = int(np.searchsorted(bounds, gap, side="left"))
        silent = day - last
        alike = np.flatnonzero(
            (silent > bounds[band - 1]) & (silent <= bounds[band]) & (following >= day) & (touched > day)
        )
        chosen = random.choice(alike, min(per_call, len(alike)), replace=False) if len(alike) else alike
        found += [(int(place), int(day)) for place in chosen]
    return found


def balance(called: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """R, F and M of both groups on the day of the call, side by side.

    gap = (mean called - mean others) / sqrt((variance called + variance others) / 2); beyond 0.1 either way the
    groups are commonly taken to differ.

    Returns columns:
        balance_measure (balance_recency, balance_orders, balance_amount); mean_called, mean_others (days, orders,
        smallest unit); standardised_difference (NaN where there is no variance).

    Source: Austin (2009), Statistics in Medicine 28, 3083-3107.

    Raises:
        ValueError: a column is missing.
    """
    for name, table in (("called", called), ("others", others)):
        require_columns(name, table.columns, MEASURES)
    rows = []
    for measure, code in MEASURES.items():
        ours, theirs = called[measure].astype("float64"), others[measure].astype("float64")
        spread = float(np.sqrt((ours.var() + theirs.var()) / 2))
        gap = (ours.mean() - theirs.mean()) / spread if spread > 0 else float("nan")
        rows.append((code, ours.mean(), theirs.mean(), gap))
    names = ["balance_measure", "mean_called", "mean_others", "standardised_difference"]
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[1:], "float64"))


def _with_first_contact(silences: pd.DataFrame, contacts: pd.DataFrame) -> pd.DataFrame:
    """The silences with the day of the first contact in them, infinite where there is none."""
    key = ["customer_id", "last_day"]
    made = contacts.loc[contacts["contact_group"] != HELD_OUT, ["customer_id", "contacted_day"]]
    both = silences[[*key, "next_day"]].merge(made, on="customer_id")
    inside = (both["contacted_day"] > both["last_day"]) & ~(both["contacted_day"] > both["next_day"])
    first = both[inside].groupby(key, as_index=False)["contacted_day"].min()
    told = silences.merge(first.rename(columns={"contacted_day": "touched_day"}), on=key, how="left")
    return told.fillna({"touched_day": np.inf})
