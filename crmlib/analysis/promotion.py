"""What a promotion to a list would meet: size x purchase rate x sales per buyer, cost, return and break-even."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_choice, require_columns
from crmlib.analysis.intervals import Interval, normal_quantile, wilson
from crmlib.analysis.ranks import TOP

CHANNELS = ("mail", "line", "dm", "call", "any")
# The column of `customers` that allows each channel, and what one contact costs in yen: our proposal, to be replaced.
CONSENT = {"mail": "mail_optin", "line": "line_friend", "dm": "dm_ok", "call": "call_ok"}
CONTACT_COST = {"mail": 1, "line": 5, "dm": 100, "call": 500, "any": 100}
ACTIVE_DAYS = 365  # of the second target level, the year by which the field counts active customers
LEVELS = ("target_all", "target_year", "target_repeat", "target_top")


def choose_cost(channel: str, *, currency: str, contact_cost: float | None = None) -> float:
    """The cost of one contact in the currency's smallest unit; NaN where none is given and the presets are in yen.

    Raises:
        ValueError: an unknown channel, or a cost below zero.

    Example:
        >>> choose_cost("dm", currency="JPY"), choose_cost("dm", currency="USD", contact_cost=0.8)
        (100.0, 80.0)
    """
    require_choice("channel", channel, CHANNELS)
    if contact_cost is not None:
        require_at_least("contact_cost", contact_cost, 0)
        return round(contact_cost * (1 if currency in {"JPY", "KRW"} else 100), 6)
    return float(CONTACT_COST[channel]) if currency == "JPY" else math.nan


def choose_margin(products: pd.DataFrame, sold: pd.DataFrame, *, margin_rate: float | None = None) -> float:
    """The gross margin as a share of sales: as given, else that of what was sold.

    The cost of a product's sales is quantity x unit_cost, else line_amount x (1 - gross_margin_rate). Sales of products
    of which neither is known are left out; NaN where no product sold has one.

    Args:
        products: product_id, and unit_cost, gross_margin_rate (0 to 1) as far as they are known.
        sold: of `aggregates.product_window`: product_id, quantity, line_amount.
        margin_rate: the margin to take instead.

    Example:
        >>> products = pd.DataFrame({"product_id": ["gel"], "unit_cost": [1000]})
        >>> sold = pd.DataFrame({"product_id": ["gel"], "quantity": [2], "line_amount": [8000]})
        >>> choose_margin(products, sold)
        0.75
    """
    if margin_rate is not None:
        return float(margin_rate)
    told = products.drop_duplicates("product_id").set_index("product_id")
    known = told.reindex(columns=["unit_cost", "gross_margin_rate"]).astype("float64")
    # Not `map`: of no product at all it makes texts of the numbers.
    found = known.reindex(sold["product_id"]).reset_index(drop=True)
    lines = sold[["quantity", "line_amount"]].astype("float64").reset_index(drop=True)
    of_rate = lines["line_amount"] * (1 - found["gross_margin_rate"])
    costs = (lines["quantity"] * found["unit_cost"]).fillna(of_rate)
    amount = lines["line_amount"].where(costs.notna(), 0).sum()
    return float(1 - costs.sum() / amount) if amount > 0 else math.nan


def add_contactable(customers: pd.DataFrame, consent: pd.DataFrame, *, channel: str) -> pd.DataFrame:
    """Whether each customer may be contacted by a channel: only a known yes counts, and no one who is not to be called.

    "any" takes a yes to one of the channels. Where the shop has no consent at all for the channel, nothing is known.

    Args:
        customers: one row a customer.
        consent: customer_id with mail_optin, line_friend, dm_ok, call_ok, do_not_call, nullable, as far as there.
        channel: mail, line, dm, call, or any of them.

    Returns columns:
        those of `customers`; contactable (1, 0, or NaN for all where the shop has no consent for the channel).

    Raises:
        ValueError: an unknown channel.
    """
    require_choice("channel", channel, CHANNELS)
    wanted = [CONSENT[channel]] if channel != "any" else list(CONSENT.values())
    there = [name for name in wanted if name in consent.columns and consent[name].notna().any()]
    if not there:
        return customers.assign(contactable=np.nan)
    found = consent.drop_duplicates("customer_id").set_index("customer_id")
    yes = pd.DataFrame({name: found[name].fillna(False).astype(bool) for name in there})
    if "call_ok" in there and "do_not_call" in found.columns:
        yes["call_ok"] &= ~found["do_not_call"].fillna(False).astype(bool)
    told = yes.any(axis=1).astype("float64").reindex(customers["customer_id"], fill_value=0.0)
    return customers.assign(contactable=told.to_numpy())


def estimate(
    now: pd.DataFrame, then: pd.DataFrame, *, by: str, contact_cost: float, margin_rate: float
) -> pd.DataFrame:
    """What each group would meet: its contactable size today times what its members bought after the earlier day.

    The purchase rate is natural: it is what happened then, without a promotion of ours. Expected sales are size x rate
    x sales per buyer; their interval is the delta method on the log scale, from the variance of the rate and of the
    buyers' sales. ROI = (expected sales x margin - cost) / cost would hold if the promotion brought all of it.
    Break-even is contact_cost / (sales per buyer x margin): the purchases per contact that pay for the contact.

    Args:
        now: customers of today with the column `by` (ordered categorical) and contactable.
        then: customers of the earlier day with the same column, as of that day, from `prediction.outcomes`.
        by: the column of the groups.
        contact_cost: of one contact, smallest unit; NaN where not known.
        margin_rate: gross margin as a share of sales; NaN where not known.

    Returns columns:
        the column `by`; n_customers; n_contactable (NaN where not known: then the size is n_customers); n_followed
        (customers of the group on the earlier day); natural_rate, natural_rate_low, natural_rate_high (Wilson);
        amount_per_buyer; expected_per_contact and expected_amount (of all), each with _low, _high; promotion_cost (of
        all contacts); promotion_roi; needed_per_contact (sales that pay for a contact); break_even_rate. Money in the
        smallest unit.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("now", now.columns, [by, "contactable"])
    require_columns("then", then.columns, [by, "bought_later", "amount_later"])
    groups = list(now[by].cat.categories)
    rows = [_row(now[now[by] == group], then[then[by] == group], contact_cost, margin_rate) for group in groups]
    table = pd.DataFrame([{by: group, **row} for group, row in zip(groups, rows, strict=True)])
    return _with_true_zeros(table, now)


def nested_targets(now: pd.DataFrame, then: pd.DataFrame, *, contact_cost: float, margin_rate: float) -> pd.DataFrame:
    """From broad to narrow: all, of these bought within a year, of these twice or more, of these rank A.

    Every level lies within the one before, so size falls; the rest is as in `estimate`.

    Returns columns:
        target_level (target_all, target_year, target_repeat, target_top); those of `estimate`.

    Raises:
        ValueError: a column is missing.
    """
    for name, table in (("now", now), ("then", then)):
        require_columns(name, table.columns, ["recency_days", "n_orders", "rf_rank"])
    levels = zip(LEVELS, _levels(now), _levels(then), strict=True)
    rows = [{"target_level": level, **_row(now[a], then[b], contact_cost, margin_rate)} for level, a, b in levels]
    return _with_true_zeros(pd.DataFrame(rows), now)


def shown(table: pd.DataFrame) -> pd.DataFrame:
    """The estimate as a page has room for it, from the size to the break-even rate."""
    return table.drop(columns=["n_followed", "needed_per_contact"])


def per_contact(table: pd.DataFrame) -> pd.DataFrame:
    """The estimate by segment as the chart needs it."""
    value = ["expected_per_contact", "expected_per_contact_low", "expected_per_contact_high"]
    return table[["segment", "n_customers", *value, "needed_per_contact"]]


def expected_interval(n_followed: int, sales: Sequence[float], *, confidence_level: float = 0.95) -> Interval:
    """Interval of rate x sales per buyer as a factor of the estimate: exp(± z sqrt((1 - p) / (n p) + s² / (b v²))).

    `sales` are those of the b buyers among n; NaN with fewer than two buyers, whose sales have no spread to measure.

    Source: the delta method for the logarithm of a product of two independent means (Casella and Berger, 5.5.4).
    """
    values = np.asarray(sales, dtype="float64")
    if len(values) < 2 or values.mean() <= 0:
        return Interval(math.nan, math.nan)
    rate = len(values) / n_followed
    spread = values.var(ddof=1) / (len(values) * values.mean() ** 2)
    half = normal_quantile(confidence_level) * math.sqrt((1 - rate) / (n_followed * rate) + spread)
    return Interval(math.exp(-half), math.exp(half))


def _row(now: pd.DataFrame, then: pd.DataFrame, contact_cost: float, margin_rate: float) -> dict[str, float]:
    bought = then.loc[then["bought_later"] > 0, "amount_later"].to_numpy(dtype="float64")
    n, n_contactable = len(then), float(now["contactable"].sum(min_count=1))
    size = len(now) if math.isnan(n_contactable) else n_contactable
    rate = len(bought) / n if n else math.nan
    value = float(bought.mean()) if len(bought) else math.nan
    bounds, factor = wilson(len(bought), n), expected_interval(n, bought)
    needed = contact_cost / margin_rate if margin_rate > 0 else math.nan
    # Nobody bought: nothing is expected, although what a buyer brings is not known.
    each = 0.0 if rate == 0 else rate * value
    return {
        "n_customers": len(now),
        "n_contactable": n_contactable,
        "n_followed": n,
        "natural_rate": rate,
        "natural_rate_low": bounds.low,
        "natural_rate_high": bounds.high,
        "amount_per_buyer": value,
        "expected_per_contact": each,
        "expected_per_contact_low": each * factor.low,
        "expected_per_contact_high": each * factor.high,
        "expected_amount": size * each,
        "expected_amount_low": size * each * factor.low,
        "expected_amount_high": size * each * factor.high,
        "promotion_cost": size * contact_cost,
        "promotion_roi": (each * margin_rate - contact_cost) / contact_cost if contact_cost else math.nan,
        "needed_per_contact": needed,
        "break_even_rate": needed / value if value > 0 else math.nan,
    }


def _with_true_zeros(table: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    # Of a group without customers nobody may be contacted, where it is known of any customer at all.
    known = bool(now["contactable"].notna().any())
    return table.assign(n_contactable=table["n_contactable"].fillna(0.0)) if known else table


def _levels(customers: pd.DataFrame) -> list[pd.Series]:
    every = pd.Series(True, index=customers.index)
    year = every & (customers["recency_days"] <= ACTIVE_DAYS)
    repeat = year & (customers["n_orders"] >= 2)
    return [every, year, repeat, repeat & (customers["rf_rank"] == TOP)]
