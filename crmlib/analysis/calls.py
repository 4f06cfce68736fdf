"""The call list: repeat customers who went silent, whom one may contact and has not just contacted."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_choice, require_columns
from crmlib.analysis.consents import CHANNELS, NOT_KNOWN, REFUSED, choose_channel, consent_states
from crmlib.analysis.months import EPOCH
from crmlib.analysis.zones import RELATIVE, ZONES, zone_of

ORDERS = ("source", "zone_first")
# What a caller chooses from; the canonical results with the prefix that makes them one meaning each.
RESULTS = ["result_reached", "result_absent", "result_ordered", "result_refused", "result_complaint",
           "result_follow_later"]  # fmt: skip
NEVER_AGAIN = ("refused", "complaint")
# Why a customer is not on the list, in the order of the steps; the last is on it.
STEPS = ("few_orders", "other_zone", "asked_not_to_be_called", "not_contactable", "consent_not_known",
         "recently_contacted", "beyond_maximum", "on_the_list")  # fmt: skip
# What those who are left after each step have in common.
LEFT = ("with_enough_orders", "in_called_zone", "not_refused", "with_a_channel", "with_known_consent",
        "not_just_contacted", "on_the_list")  # fmt: skip
CONSENT_STEPS = ("not_contactable", "consent_not_known")
CUSTOMER = ["customer_id", "n_orders", "last_day", "recency_days", "amount"]
LISTED = ["priority", "customer_id", "n_orders", "last_day", "recency_days", "silence_zone", "usual_gap_days",
          "gap_basis", "gap_ratio", "relative_zone", "amount", "amount_year", "n_orders_year", "main_category",
          "last_product", "last_contacted_day", "last_result", "line_account", "contact_channel", "list_name",
          "contact_group", "contacted_day"]  # fmt: skip


def call_table(
    customers: pd.DataFrame, *, recent: pd.DataFrame, gaps: pd.DataFrame, consents: pd.DataFrame,
    contacts: pd.DataFrame, as_of_day: int, min_orders: int = 2, zone_days: Sequence[int] = (30, 60),
    relative_bounds: Sequence[float] = (1.0, 2.0), zones: Sequence[str] = ZONES[1:],
    channels: Sequence[str] = CHANNELS, rest_days: int = 14, order_by: str = "source", most: int | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Every customer in the order of the list, with the step at which he was left out of it.

    Order "source": most orders first, then the longest silence, then the id; "zone_first" puts the middle zone before
    the others, since the response falls after it. Zones are strict: a silence of exactly a bound is in the zone below.
    Where no consent is told at all the channel is not_known and nobody is left out for it.

    Args:
        customers: of `aggregates.customer_table`.
        recent: of `aggregates.recent_table`.
        gaps: of `usual_gaps.usual_gaps`.
        consents: the customers table with its consents; empty where there is none.
        contacts: customer_id, contacted_day, result, contact_group; empty where there is none.
        as_of_day: day of the list.
        min_orders: least number of orders.
        zone_days: upper bounds of the first two zones, in days.
        relative_bounds: upper bounds of silence / usual gap.
        zones: zones that are called.
        channels: order of preference.
        rest_days: whoever was contacted no more than so many days ago is left alone.
        order_by: source or zone_first.
        most: length of the list; None for no limit.

    Returns columns:
        customer_id; n_orders; last_day; recency_days; amount; amount_year, n_orders_year (last 365 days); last_product,
        main_category; usual_gap_days; gap_basis; gap_ratio (recency_days / usual_gap_days); silence_zone;
        relative_zone; contact_channel; consent; line_account (account_campaign, …); line, phone, mail, dm (states of
        consent); last_contacted_day, last_result (result_reached, …); step (one of STEPS).

    Raises:
        ValueError: a column is missing, or a parameter is out of range or not known.
    """
    require_columns("customers", customers.columns, CUSTOMER)
    require_choice("order_by", order_by, ORDERS)
    require_at_least("min_orders", min_orders, 1)
    require_at_least("rest_days", rest_days, 0)
    for zone in zones:
        require_choice("zones", zone, ZONES)
    table = gathered(customers, recent, gaps, consents, contacts)
    table["gap_ratio"] = table["recency_days"] / table["usual_gap_days"]
    table["silence_zone"] = zone_of(table["recency_days"], zone_days)
    table["relative_zone"] = zone_of(table["gap_ratio"], relative_bounds, names=RELATIVE)
    table = table.join(choose_channel(table, channels=channels))
    if consents.empty:
        table["contact_channel"] = NOT_KNOWN
    rested = as_of_day - table["last_contacted_day"] > rest_days
    left = [
        table["n_orders"] < min_orders,
        ~table["silence_zone"].isin(list(zones)),
        table["asked_not"],
        (table["consent"] == REFUSED) & bool(len(consents)),
        (table["consent"] == NOT_KNOWN) & bool(len(consents)),
        table["last_contacted_day"].notna() & ~rested,
    ]
    table["step"] = np.select(left, STEPS[: len(left)], "on_the_list")
    table = _in_order(table, order_by)
    if most is not None:
        require_at_least("most", most, 1)
        beyond = table["step"].eq("on_the_list").cumsum() > most
        table["step"] = table["step"].mask(beyond & table["step"].eq("on_the_list"), "beyond_maximum")
    return table.drop(columns="asked_not")


def call_list(
    table: pd.DataFrame, *, as_of_day: int, held_out_share: float = 0.0, seed: int = 1, name: str | None = None
) -> pd.DataFrame:
    """The rows of the list, numbered; with `held_out_share`, those left uncalled on purpose as a comparison.

    Who is held out hangs on the id and the seed alone, so that nobody is held out one week and called the next. Their
    day of contact is that of the list; of the others the caller writes it down.

    Returns columns:
        priority (1 is called first); those of `call_table` that a caller needs; list_name; contact_group (called,
        held_out); contacted_day (NaN where called).

    Raises:
        ValueError: a column is missing, or held_out_share is not from 0 to below 1.
    """
    require_columns("table", table.columns, ["customer_id", "step"])
    if not 0 <= held_out_share < 1:
        raise ValueError(f"held_out_share == {held_out_share}, must be at least 0 and below 1.")
    rows = table[table["step"] == "on_the_list"].reset_index(drop=True)
    held = rows["customer_id"].map(lambda key: draw(key, seed)).astype("float64") < held_out_share
    rows["contact_group"] = np.where(held, "held_out", "called")
    rows["contacted_day"] = pd.Series(float(as_of_day), index=rows.index).where(held)
    rows["list_name"] = name or list_name(as_of_day)
    # Those held out stand below, so that nobody calls them by mistake.
    rows = rows.sort_values("contact_group", kind="stable", ignore_index=True)
    rows["priority"] = np.arange(1, len(rows) + 1)
    return rows[LISTED]


def list_name(as_of_day: int) -> str:
    """The name of a list that was given none.

    Example:
        >>> list_name(0)
        'call-list-1970-01-01'
    """
    return f"call-list-{EPOCH + pd.Timedelta(days=int(as_of_day)).to_pytimedelta()}"


def funnel(table: pd.DataFrame) -> pd.DataFrame:
    """How many customers are left after every step, and how many it left out; the parts add up to all customers.

    The steps of consent are not in it where nothing tells consent: nobody can be said to have given it.

    Returns columns:
        call_step (what those who are left have in common, one row a step); n_customers (still there after the step);
        n_dropped (by this step); share_customers (of all).
    """
    asked_for = table["step"].isin(CONSENT_STEPS) | (table["contact_channel"] != NOT_KNOWN)
    return funnel_of(table["step"].value_counts(), told=bool(asked_for.any()) or table.empty)


def funnel_of(steps: pd.Series, *, told: bool) -> pd.DataFrame:
    """`funnel` of how many customers each step left out, or is on the list; `told`: something tells consent."""
    left = steps.reindex(list(STEPS), fill_value=0)
    total, gone = int(left.sum()), left.drop("on_the_list")
    still = total - gone.cumsum()
    rows = pd.DataFrame({
        "call_step": ["all_customers", *LEFT],
        "n_customers": [total, *still],
        "n_dropped": [0, *gone],
    })  # fmt: skip
    if not told:
        rows = rows[~rows["call_step"].isin(["with_a_channel", "with_known_consent"])].reset_index(drop=True)
    return rows.assign(share_customers=rows["n_customers"] / (total or float("nan")))


def zone_table(table: pd.DataFrame, *, min_orders: int = 2, zone_days: Sequence[int] = (30, 60)) -> pd.DataFrame:
    """Customers and sales by zone, those with too few orders in a row of their own: it adds up to all sales.

    Returns columns:
        silence_zone (few_orders for the remainder); days_from, days_to (silence, NaN where open); n_customers;
        share_customers; n_listed (on the list); amount, amount_year (smallest unit); share_amount.
    """
    few = table["n_orders"] < min_orders
    zone = table["silence_zone"].astype("str").mask(few, "few_orders")
    marked = table.assign(silence_zone=zone, n_listed=table["step"].eq("on_the_list").astype("int64"))
    sums = marked.groupby("silence_zone").agg(
        n_customers=("customer_id", "size"), n_listed=("n_listed", "sum"), amount=("amount", "sum"),
        amount_year=("amount_year", "sum"),
    ).reindex([*ZONES, "few_orders"], fill_value=0).reset_index()  # fmt: skip
    nan, (first, second) = float("nan"), zone_days
    sums.insert(1, "days_from", [0.0, first + 1.0, second + 1.0, nan])
    sums.insert(2, "days_to", [float(first), float(second), nan, nan])
    sums.insert(4, "share_customers", sums["n_customers"] / (len(table) or nan))
    return sums.assign(share_amount=sums["amount"] / (sums["amount"].sum() or nan))


def gathered(
    customers: pd.DataFrame, recent: pd.DataFrame, gaps: pd.DataFrame, consents: pd.DataFrame, contacts: pd.DataFrame
) -> pd.DataFrame:
    """What the rules of the list look at, a row a customer; `asked_not`: ever asked not to be contacted again."""
    bought = recent.rename(columns={"product_name": "last_product"})
    bought["last_product"] = bought["last_product"].where(bought["last_product"] != "", bought["product_id"])
    bought = bought[["customer_id", "last_product", "main_category", "n_orders_year", "amount_year"]]
    table = customers[CUSTOMER].merge(bought, on="customer_id", how="left")
    table = table.merge(gaps, on="customer_id", how="left")
    table = table.merge(consent_states(consents), on="customer_id", how="left")
    table[[*CHANNELS]] = table[[*CHANNELS]].astype("object").fillna(NOT_KNOWN)
    table["line_account"] = "account_" + table["line_account"].fillna("unknown").astype("str")
    return table.merge(_last_contacts(contacts), on="customer_id", how="left").fillna({"asked_not": False}).astype(
        {"asked_not": bool}
    )  # fmt: skip


def _last_contacts(contacts: pd.DataFrame) -> pd.DataFrame:
    """Each customer's last contact that was made, and whether he ever asked not to be contacted again."""
    require_columns("contacts", contacts.columns, ["customer_id", "contacted_day", "result", "contact_group"])
    made = contacts[contacts["contact_group"] != "held_out"].sort_values(["contacted_day", "result"], kind="stable")
    found = made.groupby("customer_id").agg(
        last_contacted_day=("contacted_day", "last"), last_result=("result", "last")
    )
    asked = made["result"].isin(NEVER_AGAIN).groupby(made["customer_id"]).any()
    # A code of ours is one word with one meaning; `reached` and `both` mean other things elsewhere.
    found = found.assign(last_result="result_" + found["last_result"].astype("str"), asked_not=asked).reset_index()
    return found.astype({"customer_id": "str", "last_contacted_day": "float64", "asked_not": "object"})


def _in_order(table: pd.DataFrame, order_by: str) -> pd.DataFrame:
    later = table["silence_zone"] != ZONES[1] if order_by == "zone_first" else False
    ordered = table.assign(later=later).sort_values(
        ["later", "n_orders", "recency_days", "customer_id"], ascending=[True, False, False, True], ignore_index=True
    )
    return ordered.drop(columns="later")


def draw(key: str, seed: int = 1) -> float:
    """A number from 0 to below 1 that is always the same for one id and seed."""
    return int.from_bytes(blake2b(f"{seed}:{key}".encode(), digest_size=8).digest()) / 2**64
