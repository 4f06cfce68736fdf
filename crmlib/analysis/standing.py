"""How every unit stood on the day it was assigned, R, F, M, tenure and first product; whether the arms were alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crmlib.analysis.balance import balance
from crmlib.analysis.outcomes import KEYS

if TYPE_CHECKING:
    from crmlib.analysis.experiments import Pair, Trial

TRAITS = ["recency_days", "n_orders_before", "amount_before", "tenure_days"]
MOST_PRODUCTS = 5
OTHER = "other_products"
BALANCE_COLUMNS = [
    "experiment_id", "name", "arm", "trait", "level", "value_control", "value_treatment", "standardised_difference",
]  # fmt: skip


def standing(
    trials: Sequence[Trial], orders: pd.DataFrame, *, first_products: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """One row a unit and experiment: what its orders up to the day before assignment tell.

    Bands are for strata: F 0, 1, 2, 3-5, 6 and more; R up to 30, 60, 120, 240 days and longer; the five most frequent
    first products, the rest together.

    Returns columns:
        experiment_id; unit_id; recency_days, tenure_days (NaN without an order before); n_orders_before;
        amount_before (smallest unit); first_product (of the customer, other_products, or not_known); f_band; r_band.

    Raises:
        KeyError: the orders lack the units' column.
    """
    parts = [_of_trial(design["experiment_id"], KEYS[design["unit"]], units, orders) for design, units in trials]
    names = ["experiment_id", "unit_id", *TRAITS, "f_band", "r_band"]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*names, "customer_id"])
    found = table["customer_id"].map(dict(first_products or {})).astype(object)
    common = found.value_counts().index[:MOST_PRODUCTS]
    table["first_product"] = found.where(found.isin(common) | found.isna(), OTHER).fillna("not_known")
    return table[[*names, "first_product"]]


def first_products(returns: pd.DataFrame) -> dict[str, str]:
    """Each customer's first product where it is known, from `aggregates.return_table`."""
    known = returns[returns["product_id"].notna() & (returns["product_id"] != "")]
    return dict(zip(known["customer_id"], known["product_id"], strict=True))


def balances(pairs: Sequence[Pair], standing: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Each trait of the arms of the experiments assigned by hand, and the test of all traits at once.

    Returns columns:
        experiment_id, name, arm; trait; level (of a category); value_control, value_treatment (means, or shares);
        standardised_difference; and a second table: experiment_id, name, arm; n_compared; n_least (of the smaller
        arm); n_unbalanced (traits more than 0.1 apart); n_traits; pvalue.
    """
    traits, tests = [], []
    for pair in pairs:
        least = min(len(pair.control), len(pair.treatment))
        if pair.design["assigned_method"] != "manual" or not least:
            continue
        own = standing[standing["experiment_id"] == pair.design["experiment_id"]]
        arms = (("control", pair.control), ("treatment", pair.treatment))
        units = pd.concat([own[own["unit_id"].isin(rows["unit_id"])].assign(arm=arm) for arm, rows in arms])
        found = balance(units, traits=[*TRAITS, "first_product"])
        named = {"experiment_id": pair.design["experiment_id"], "name": pair.design["name"], "arm": pair.arm}
        traits.append(found.table.assign(**named))
        away = int((~found.table["is_balanced"]).sum())
        tests.append(named | {"n_compared": len(units), "n_least": least, "n_unbalanced": away,
                              "n_traits": len(found.table), "pvalue": found.pvalue})  # fmt: skip
    names = ["experiment_id", "name", "arm", "n_compared", "n_least", "n_unbalanced", "n_traits", "pvalue"]
    table = pd.concat(traits, ignore_index=True) if traits else pd.DataFrame(columns=BALANCE_COLUMNS)
    return table[BALANCE_COLUMNS], pd.DataFrame(tests, columns=names)


def bands(n_orders: pd.Series, recency_days: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The bands of F and R that make strata.

    Example:
        >>> f, r = bands(pd.Series([0, 4]), pd.Series([float("nan"), 60.0]))
        >>> f.tolist(), r.tolist()
        (['f0', 'f3_5'], ['r_none', 'r_60'])
    """
    f = np.select([n_orders <= 0, n_orders == 1, n_orders == 2, n_orders <= 5], ["f0", "f1", "f2", "f3_5"], "f6")
    limits = [recency_days.isna(), *[recency_days <= days for days in (30, 60, 120, 240)]]
    r = np.select(limits, ["r_none", "r_30", "r_60", "r_120", "r_240"], "r_long")
    return pd.Series(f, index=n_orders.index, dtype="str"), pd.Series(r, index=n_orders.index, dtype="str")


def _of_trial(experiment: str, key: str, units: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    kept = units.loc[units["state"] == "observed", ["unit_id", "assigned_day"]].reset_index(drop=True)
    own = orders.rename(columns={key: "unit_id"})
    if key == "subscription_id":
        own = own.assign(owner=orders["customer_id"] if "customer_id" in orders.columns else pd.NA)
    pairs = kept.merge(own[own["unit_id"].isin(kept["unit_id"])], on="unit_id")
    before = pairs[pairs["order_day"] < pairs["assigned_day"]].groupby("unit_id")
    day = kept["assigned_day"]
    # Of nobody, a map of texts gives texts.
    last, first = (kept["unit_id"].map(before["order_day"].agg(end)).astype("float64") for end in ("max", "min"))
    table = pd.DataFrame({
        "experiment_id": experiment, "unit_id": kept["unit_id"], "recency_days": day - last,
        "n_orders_before": kept["unit_id"].map(before.size()).fillna(0).astype("int64"),
        "amount_before": kept["unit_id"].map(before["amount"].sum()).fillna(0).astype("int64"),
        "tenure_days": day - first,
    })  # fmt: skip
    owner = pairs.drop_duplicates("unit_id").set_index("unit_id")["owner"] if "owner" in pairs else None
    table["customer_id"] = kept["unit_id"] if owner is None else kept["unit_id"].map(owner)
    table["f_band"], table["r_band"] = bands(table["n_orders_before"], table["recency_days"])
    return table
