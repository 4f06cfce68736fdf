"""What the data hold and what they lack: exclusions, identities, filled attributes, analyses that are switched off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.months import EPOCH

if TYPE_CHECKING:
    from pandas import DataFrame

# Each optional table and the code of the sentence that says what it switches on, in the order of the report.
SWITCHES: dict[str, str] = {
    "order_items": "on_order_items",
    "products": "on_products",
    "customers": "on_customers",
    "subscriptions": "on_subscriptions",
    "subscription_events": "on_subscription_events",
    "ad_costs": "on_ad_costs",
    "surveys": "on_surveys",
    "surveys_sent": "on_surveys_sent",
    "engagement": "on_engagement",
    "referrals": "on_referrals",
    "contacts": "on_contacts",
    "inquiries": "on_inquiries",
    "experiments": "on_experiments",
    "assignments": "on_assignments",
    "scenarios": "on_scenarios",
    "messages": "on_messages",
    "sends": "on_sends",
    "kpi_targets": "on_kpi_targets",
    "actions": "on_actions",
}
_CUSTOMER_FACTS = ("acq_media", "sex", "age", "prefecture", "member_rank", "mail_optin", "line_friend", "call_ok")
_PRODUCT_FACTS = ("role", "category_l1", "price", "unit_cost", "cycle_days")
_SURROGATE = "k[a-z2-7]{10}"
_SMALL = 1e-9  # of a sum of floats


def exclusions(ledger: DataFrame) -> DataFrame:
    """The ledger of the orders as a table: reason, rows, share of the rows read, money.

    Args:
        ledger: reason, n_rows, amount; from `read` to `used`, what stands between them was left out or taken off.

    Returns columns:
        reason, n_rows, share_rows (of the rows read), ledger_amount (smallest unit, NaN where not readable).

    Raises:
        ValueError: a column is missing, or what was read is not what was left out, taken off and used.

    Example:
        >>> ledger = pd.DataFrame({"reason": ["read", "test", "used"], "n_rows": [4, 1, 3], "amount": [9, 2, 7]})
        >>> exclusions(ledger)["share_rows"].tolist()
        [1.0, 0.25, 0.75]
    """
    require_columns("ledger", ledger.columns, ["reason", "n_rows", "amount"])
    for column in ("n_rows", "amount"):
        read, used = (float(ledger.loc[ledger["reason"] == end, column].sum()) for end in ("read", "used"))
        between = float(ledger.loc[~ledger["reason"].isin(["read", "used"]), column].sum())
        if abs(read - between - used) > _SMALL * max(abs(read), 1):
            raise ValueError(f"ledger does not balance in {column}: {read} read, {between} left out, {used} used.")
    rows_read = int(ledger.loc[ledger["reason"] == "read", "n_rows"].sum())
    shares = ledger["n_rows"] / rows_read if rows_read else np.nan
    return pd.DataFrame(
        {
            "reason": ledger["reason"],
            "n_rows": ledger["n_rows"],
            "share_rows": shares,
            "ledger_amount": ledger["amount"],
        }
    )


def tables(ledgers: Mapping[str, Any]) -> DataFrame:
    """One row a table that was read: rows read, left out and used; orders first.

    Args:
        ledgers: by table; each has `frame()` with reason and n_rows.

    Returns columns:
        table; n_read, n_left_out, n_used (rows); share_used (of the rows read; NaN for an empty file).
    """
    rows = []
    for table in sorted(ledgers, key=lambda name: (name != "orders", name)):
        counts = ledgers[table].frame().groupby("reason")["n_rows"].sum()
        read, used = int(counts.get("read", 0)), int(counts.get("used", 0))
        rows.append((table, read, read - used, used, used / read if read else np.nan))
    return pd.DataFrame(rows, columns=["table", "n_read", "n_left_out", "n_used", "share_used"])


def identities(same_day: DataFrame, exclusion: DataFrame, *, customer_ids: Iterable[str]) -> DataFrame:
    """Duplicates and customers who may be more or fewer than they seem.

    Args:
        same_day: of `aggregates.same_day_counts`.
        exclusion: of `exclusions`, for the rows left out.
        customer_ids: every customer's id, to tell whether they are the export's own or surrogates.

    Returns columns:
        check (exact_duplicate, customer_conflict, no_customer: rows left out; same_day_orders: orders beyond a
        customer's first on a day; same_day_customers; surrogate_keys: customers known by a random id); n_found;
        n_of (of how many); share (NaN where there are none).
    """
    ids = pd.Series(list(customer_ids), dtype="str")
    n_read = int(exclusion.loc[exclusion["reason"] == "read", "n_rows"].sum())
    left = {
        reason: int(exclusion.loc[exclusion["reason"] == reason, "n_rows"].sum())
        for reason in ("exact_duplicate", "customer_conflict", "no_customer")
    }
    pairs, times = same_day["n_pairs"], same_day["n_on_day"]
    rows = [(reason, n, n_read) for reason, n in left.items()]
    rows.append(("same_day_orders", int((pairs * (times - 1)).sum()), int((pairs * times).sum())))
    several = int(same_day.loc[times > 1, "n_customers"].sum())
    rows.append(("same_day_customers", several, len(ids)))
    rows.append(("surrogate_keys", int(ids.str.fullmatch(_SURROGATE).sum()), len(ids)))
    found = pd.DataFrame(rows, columns=["check", "n_found", "n_of"])
    return found.assign(share=found["n_found"] / found["n_of"].where(found["n_of"] > 0))


def switches(read: DataFrame, *, n_lines: int) -> DataFrame:
    """One row an optional table: whether it is there, its rows, and what it switches on or leaves off.

    Args:
        read: of `tables`.
        n_lines: order lines used; they come with the orders.

    Returns columns:
        table; presence (there, not_there); n_rows; effect (code of a sentence).

    Example:
        >>> read = pd.DataFrame({"table": ["products"], "n_used": [12]})
        >>> switches(read, n_lines=0)["presence"].tolist()[:3]
        ['not_there', 'there', 'not_there']
    """
    used = dict(zip(read["table"], read["n_used"], strict=True)) | {"order_items": n_lines}
    counts = [int(used.get(table, 0)) for table in SWITCHES]
    return pd.DataFrame(
        {
            "table": list(SWITCHES),
            "presence": ["there" if n else "not_there" for n in counts],
            "n_rows": counts,
            "effect": list(SWITCHES.values()),
        }
    )


def attributes(
    filled: DataFrame, customers: DataFrame, products: DataFrame, *, customer_ids: Iterable[str]
) -> DataFrame:
    """How much of what the analyses could use is known, of orders, lines, customers who bought, and products.

    Args:
        filled: of `aggregates.filled_counts`.
        customers: the canonical table; leads and others who never bought do not count.
        products: the canonical table.
        customer_ids: the customers who bought; those without a row in `customers` have nothing known.

    Returns columns:
        table; attribute; n_filled; n_of; share (NaN where there are none).
    """
    bought = pd.Index(customer_ids).unique()
    people = _with_age(customers[customers["customer_id"].isin(bought)])
    rows = [("customers", name, _known(people[name]), len(bought)) for name in _CUSTOMER_FACTS if name in people]
    rows += [("products", name, _known(products[name]), len(products)) for name in _PRODUCT_FACTS if name in products]
    found = pd.concat([filled, pd.DataFrame(rows, columns=filled.columns)], ignore_index=True)
    return found.assign(share=found["n_filled"] / found["n_of"].where(found["n_of"] > 0))


def _with_age(customers: DataFrame) -> DataFrame:
    known = customers["birth_year"].notna() | _is_text(customers["age_band"])
    return customers.assign(age=known.map({True: "known", False: None}))


def _known(values: Any) -> int:
    return int(_is_text(values).sum())


def _is_text(values: Any) -> Any:
    return values.notna() & ~values.astype("str").isin(["", "unknown", "not_answered"])


def conditions(
    *, first_day: int, as_of_day: int, last_day: int | None, currency: str, tax_basis: str, business_model: str,
    timezone: str,
) -> DataFrame:  # fmt: skip
    """What the figures rest on: period, base date, currency, tax, business model.

    Args:
        first_day: of the first counted order.
        last_day: of the last counted order; None without one.
        as_of_day: the base date.
        currency: of every amount.
        tax_basis: included, excluded or unknown.
        business_model: single_item or one_off.
        timezone: the shop's.

    Returns columns:
        condition, setting (a code or a text).
    """
    told = {
        "first_order": _iso(first_day),
        "last_order": "" if last_day is None else _iso(last_day),
        "base_date": _iso(as_of_day),
        "currency": currency,
        "tax_basis": tax_basis,
        "business_model": business_model,
        "timezone": timezone,
    }
    kept = {name: setting for name, setting in told.items() if setting}
    return pd.DataFrame({"condition": list(kept), "setting": list(kept.values())}, dtype="str")


def _iso(day: int) -> str:
    there: date = EPOCH + timedelta(days=int(day))
    return there.isoformat()


def policy(settings: Mapping[str, str], known: Mapping[str, bool], exclusion: DataFrame) -> DataFrame:
    """Each key of the counting policy: its setting, whether the export can tell it, and rows left out for it.

    Returns columns:
        condition; setting; tellable (told, not_told); n_rows (NaN for keys that leave no row out, or none that the
        ledger has a line for).
    """
    rows = exclusion.groupby("reason")["n_rows"].sum()
    # Shipping is not told: discounts, tax and points are in the ledger's line of it too.
    reasons = {"exact_duplicates": "exact_duplicate"}
    return pd.DataFrame(
        {
            "condition": list(settings),
            "setting": list(settings.values()),
            "tellable": ["told" if known.get(name) else "not_told" for name in settings],
            "n_rows": [float(rows.get(reasons.get(name, name), np.nan)) for name in settings],
        }
    )
