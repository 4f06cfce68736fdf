"""復活: dormant customers who were contacted, who of them bought again, and against those left uncalled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.intervals import Interval, wilson_bounds
from crmlib.analysis.means import means, moments
from crmlib.analysis.proportions import proportions
from crmlib.analysis.zones import zone_of

HELD_OUT, CALLED, NOT_CONTACTED = "held_out", "called", "not_contacted"
CONTACT = ["customer_id", "contacted_day"]
TOLD = ["channel", "list_name", "result", "contact_group"]
SHOWN = {"channel": "contact_channel", "result": "contact_result", "next_day": "return_day"}
FEWEST = 30  # contacts below which there is no rate
OUTCOME = ["last_day_before", "next_day", "n_orders_before", "amount_before", "amount_window", "amount_after"]


@dataclass(frozen=True, kw_only=True)
class EffectResult:
    """Those called against those not called; `difference` is called - not called, amounts in the smallest unit.

    `basis` is held_out (as assigned), not_random (customers as dormant on the same days) or untellable (nobody to
    compare with). `amount_difference` is the mean sales a customer in the window; NaN where not known.
    """

    basis: str
    n_called: int
    n_revived_called: int
    n_held_out: int
    n_revived_held_out: int
    rate_called: float
    rate_called_interval: Interval
    rate_held_out: float
    rate_held_out_interval: Interval
    difference: float
    difference_interval: Interval
    amount_difference: float
    amount_interval: Interval

    @property
    def extra_customers(self) -> float:
        """Revived customers that the calls brought beyond those who would have come back anyway."""
        return self.difference * self.n_called

    @property
    def extra_interval(self) -> Interval:
        """Both ends of `extra_customers`."""
        return Interval(self.difference_interval.low * self.n_called, self.difference_interval.high * self.n_called)


def approaches(
    contacts: pd.DataFrame, outcomes: pd.DataFrame, *, as_of_day: int, dormant_days: int = 60, window_days: int = 90,
    zone_days: Sequence[int] = (30, 60),
) -> pd.DataFrame:  # fmt: skip
    """One row a dormant customer and silence in which he was contacted, or held out: what came of it.

    Dormant: more than `dormant_days` since the last order on the day of the contact. Several contacts in one silence
    are one approach: it begins with the first, whose list, channel and group it takes; its result is the last one's.
    Revived: an order from that day to `window_days` after it. Observed: the window lies before as_of_day.

    Args:
        contacts: customer_id, contacted_day, channel, list_name, result, contact_group (held_out, else called).
        outcomes: of `aggregates.contact_outcomes` with the same window_days.
        as_of_day: day of the report.
        dormant_days: silence in days after which a customer is dormant; a silence of exactly that is not.
        window_days: days in which an order counts as a revival.
        zone_days: upper bounds of the zones.

    Returns columns:
        customer_id; contacted_day; contact_group (called, held_out); contact_channel, list_name, contact_result
        (result_reached, …); silence_zone; recency_days (silence on that day); n_orders_before, amount_before;
        n_contacts (not held out, in this silence); observed, revived (bool); return_day, days_to_order (NaN where
        there is no order); amount_window, amount_after (smallest unit, from that day on).

    Raises:
        ValueError: a column is missing, or dormant_days or window_days is out of range.
    """
    require_at_least("dormant_days", dormant_days, 0)
    require_at_least("window_days", window_days, 1)
    require_columns("contacts", contacts.columns, [*CONTACT, *TOLD])
    require_columns("outcomes", outcomes.columns, [*CONTACT, *OUTCOME])
    rows = contacts[[*CONTACT, *TOLD]].merge(outcomes[[*CONTACT, *OUTCOME]], on=CONTACT, validate="many_to_one")
    rows["contact_group"] = np.where(rows["contact_group"] == HELD_OUT, HELD_OUT, CALLED)
    rows["recency_days"] = rows["contacted_day"] - rows["last_day_before"]
    # A silence is one approach from the first contact in it that found the customer dormant.
    rows = rows[rows["recency_days"] > dormant_days].sort_values([*CONTACT, *TOLD], kind="stable", ignore_index=True)
    first = _first_of_each(rows)
    first = first.rename(columns=SHOWN)
    first["contact_result"] = "result_" + first["contact_result"].fillna("unknown").astype("str")
    first["silence_zone"] = zone_of(first["recency_days"], zone_days)
    first["days_to_order"] = first["return_day"] - first["contacted_day"]
    first["observed"] = first["contacted_day"] <= as_of_day - window_days
    first["revived"] = (first["days_to_order"] <= window_days).astype(bool)
    names = [*CONTACT, "contact_group", "contact_channel", "list_name", "contact_result", "silence_zone",
             "recency_days", "n_orders_before", "amount_before", "n_contacts", "observed", "revived", "return_day",
             "days_to_order", "amount_window", "amount_after"]  # fmt: skip
    return first[names].sort_values(CONTACT, ignore_index=True)


def effect(approached: pd.DataFrame, *, confidence_level: float = 0.95) -> EffectResult:
    """As assigned: revival rate of those called against those held out of the same lists, with Newcombe's interval.

    Only lists of which someone was held out, and only approaches observed for the whole window, are compared; whoever
    was on the list to be called counts as called, reached or not.

    Returns:
        EffectResult with basis held_out; untellable with NaN where nobody was held out.

    Raises:
        ValueError: a column is missing or confidence_level is not between 0 and 1.

    Example:
        >>> rows = pd.DataFrame({"list_name": "a", "contact_group": ["called"] * 4 + ["held_out"] * 4, "observed": True,
        ...                      "revived": [True, True, False, False] + [True, False, False, False],
        ...                      "amount_window": [500, 300, 0, 0] + [400, 0, 0, 0]})
        >>> effect(rows).difference, effect(rows).basis
        (0.25, 'held_out')
    """
    require_columns("approached", approached.columns,
                    ["list_name", "contact_group", "observed", "revived", "amount_window"])  # fmt: skip
    lists = approached["list_name"].fillna("").astype(str)
    randomised = lists.isin(set(lists[approached["contact_group"] == HELD_OUT])) & approached["observed"].astype(bool)
    rows = approached[randomised]
    held = rows["contact_group"] == HELD_OUT
    return _compare(rows[~held], rows[held], basis=HELD_OUT, confidence_level=confidence_level)


def effect_against(
    approached: pd.DataFrame, comparable: pd.DataFrame, *, confidence_level: float = 0.95
) -> EffectResult:
    """Those called against customers who were as dormant on the same days and not contacted: weak evidence.

    Nobody drew lots, so the groups may differ in more than the call; `silent.balance` shows in what.

    Args:
        approached: of `approaches`.
        comparable: of `silent.comparable`.
        confidence_level: of the intervals.
    """
    rows = approached[approached["observed"].astype(bool) & (approached["contact_group"] != HELD_OUT)]
    return _compare(rows, comparable, basis="not_random", confidence_level=confidence_level)


def rates(approached: pd.DataFrame, *, by: str, fewest: int = FEWEST) -> pd.DataFrame:
    """Revival of those called by one of their columns: list_name, contact_channel, silence_zone, contact_result.

    revival_rate = n_revived / n_windowed with Wilson's interval; only approaches observed for the whole window.

    Returns columns:
        `by` (not_known where blank); n_approached; n_windowed; n_revived; revival_rate, revival_rate_low,
        revival_rate_high (NaN where n_windowed is below `fewest`); amount_window (sales of the window, observed
        approaches); amount_after (of the revived, to date). Most approaches first.

    Raises:
        ValueError: a column is missing or fewest is below 1.
    """
    require_columns("approached", approached.columns, [by, "contact_group", "observed", "revived"])
    require_at_least("fewest", fewest, 1)
    rows = approached[approached["contact_group"] != HELD_OUT]
    told = rows[by].astype(object)
    back = rows["observed"].astype(bool) & rows["revived"]
    sums = pd.DataFrame({
        by: told.where(told.notna() & (told != ""), "not_known").astype(str),
        "n_approached": 1,
        "n_windowed": rows["observed"].astype("int64"),
        "n_revived": back.astype("int64"),
        "amount_window": rows["amount_window"].where(rows["observed"].astype(bool), 0),
        "amount_after": rows["amount_after"].where(back, 0),
    }).groupby(by, as_index=False).sum()  # fmt: skip
    enough = sums["n_windowed"] >= fewest
    bounds = [pd.Series(found, index=sums.index).where(enough) for found in
              wilson_bounds(sums["n_revived"], sums["n_windowed"])]  # fmt: skip
    sums.insert(4, "revival_rate", sums["n_revived"] / sums["n_windowed"].where(enough))
    sums.insert(5, "revival_rate_low", bounds[0])
    sums.insert(6, "revival_rate_high", bounds[1])
    return sums.sort_values(["n_approached", by], ascending=[False, True], ignore_index=True)


def revived_customers(approached: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Customers revived after a contact, the one with the largest sales so far first (R167).

    Args:
        approached: of `approaches`.
        customers: of `aggregates.customer_table`.

    Returns columns:
        customer_id; contacted_day; contact_channel; list_name; recency_days (silence on that day); return_day;
        days_to_order; n_orders, amount (of the customer so far: LTV to date); amount_before; amount_window;
        amount_after.
    """
    back = approached[approached["revived"] & (approached["contact_group"] != HELD_OUT)]
    once = back.sort_values("contacted_day").drop_duplicates("customer_id", keep="last")
    told = once.merge(customers[["customer_id", "n_orders", "amount"]], on="customer_id", how="left")
    names = [*CONTACT, "contact_channel", "list_name", "recency_days", "return_day", "days_to_order", "n_orders",
             "amount", "amount_before", "amount_window", "amount_after"]  # fmt: skip
    return told.sort_values(["amount", "customer_id"], ascending=[False, True], ignore_index=True)[names]


def _first_of_each(rows: pd.DataFrame) -> pd.DataFrame:
    silence = ["customer_id", "last_day_before"]
    made = rows["contact_group"].ne(HELD_OUT).astype("int64")
    told = rows.assign(
        n_contacts=made.groupby([rows[name] for name in silence], sort=False).transform("sum"),
        result=rows.groupby(silence, sort=False)["result"].transform("last"),
    )
    return told.drop_duplicates(silence, ignore_index=True)


def _compare(called: pd.DataFrame, others: pd.DataFrame, *, basis: str, confidence_level: float) -> EffectResult:
    n_called, n_others = len(called), len(others)
    back, others_back = int(called["revived"].sum()), int(others["revived"].sum())
    shares = proportions(
        others_back, n_others, back, n_called, method="newcombe", confidence_level=confidence_level
    )  # fmt: skip
    known = "amount_window" in others.columns
    sales = means(
        moments(others["amount_window"] if known else []), moments(called["amount_window"]),
        confidence_level=confidence_level,
    )  # fmt: skip
    return EffectResult(
        basis=basis if n_called and n_others else "untellable",
        n_called=n_called,
        n_revived_called=back,
        n_held_out=n_others,
        n_revived_held_out=others_back,
        rate_called=shares.rate_treatment,
        rate_called_interval=shares.interval_treatment,
        rate_held_out=shares.rate_control,
        rate_held_out_interval=shares.interval_control,
        difference=shares.difference,
        difference_interval=shares.difference_interval,
        amount_difference=sales.difference,
        amount_interval=sales.difference_interval,
    )
