"""The metrics of an experiment: what each is, what it needs, and which way is better."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from crmlib.analysis.outcomes.units import KEYS

RATES = ("repurchase", "continuation", "second_purchase", "delivery_reached", "cancellation", "cross_sell")
AMOUNTS = ("revenue", "order_value")
SURVIVAL = ("time_to_cancellation",)
METRICS = (*RATES, *AMOUNTS, *SURVIVAL)
LOWER_IS_BETTER = ("cancellation",)
OF_CONTRACTS = ("cancellation", *SURVIVAL)
CROSS_ROLES = ("cross", "backend")
Tables = Mapping[str, pd.DataFrame]


def missing(experiment: Mapping[str, Any], orders: pd.DataFrame, tables: Tables | None = None) -> str:
    """What an experiment lacks so that its metric cannot be told; empty text where nothing is lacking.

    One of subscription_id (on the orders, where the units are subscriptions), subscriptions, target_number,
    order_items, target_product (nor a product with the role cross or backend).

    Example:
        >>> missing({"primary_metric": "cancellation", "unit": "customer"}, pd.DataFrame())
        'subscriptions'
    """
    metric, key = experiment["primary_metric"], KEYS[experiment["unit"]]
    if metric in OF_CONTRACTS:
        return "" if has(tables, "subscriptions") else "subscriptions"
    if metric == "cross_sell":
        return _missing_goods(experiment, tables)
    if key not in orders.columns or (len(orders) and orders[key].isna().all()):
        return key
    no_number = pd.isna(experiment.get("target_number"))
    return "target_number" if metric == "delivery_reached" and no_number else ""


def has(tables: Tables | None, name: str) -> bool:
    """Whether a table is there and has a row."""
    return tables is not None and name in tables and not tables[name].empty


def wanted_products(experiment: Mapping[str, Any], tables: Tables | None) -> list[str]:
    """The products whose purchase counts as cross-sell: the target's, else all with the role cross or backend."""
    target = experiment.get("target_product")
    if target is not None and not pd.isna(target):
        return [str(target)]
    if tables is None or not has(tables, "products"):
        return []
    products = tables["products"]
    return sorted(products.loc[products["role"].isin(CROSS_ROLES), "product_id"].astype("str"))


def all_wanted(experiments: pd.DataFrame, tables: Tables | None) -> list[str]:
    """The products of every experiment, and all with the role cross or backend."""
    targets = experiments["target_product"].dropna().tolist() if "target_product" in experiments.columns else []
    return sorted({*map(str, targets), *wanted_products({}, tables)})


def _missing_goods(experiment: Mapping[str, Any], tables: Tables | None) -> str:
    if not wanted_products(experiment, tables):
        return "target_product"
    if not has(tables, "order_items"):
        return "order_items"
    whose = experiment["unit"] == "customer" or has(tables, "subscriptions")
    return "" if whose else "subscriptions"
