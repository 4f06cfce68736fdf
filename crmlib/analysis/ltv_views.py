"""The six values side by side, and other tables of the LTV report as a reader wants them; nothing is estimated here."""

from __future__ import annotations

import pandas as pd

from crmlib.analysis import elements as steps_of
from crmlib.analysis import ltv
from crmlib.analysis.ltv import NAN, ValueResult

COST_COLUMNS = ["media", "cost", "n_customers", "n_trial", "cpa", "cpr", "pull_rate", "cpo", "mr", "f2_rate"]
VALUE_COLUMNS = ["media", "n_year", "ltv_half", "ltv", "ltv_low", "ltv_high", "ltv_naive", "roas", "roi"]
ELEMENT_NAMES = {"n_due": "n_previous", "n_next": "n_made", "continuation": "step_continuation",
                 "cancellation": "step_cancellation"}  # fmt: skip
VERDICT_COLUMNS = ["media", "n_year", "cpo", "limit_cpo", "limit_cpo_low", "limit_cpo_high", "ltv_per_cost",
                   "payback_state", "payback_month", "verdict"]  # fmt: skip


def n_new(sums: pd.DataFrame, *, day: int = 365) -> int:
    """Customers who began in the last days: those not yet observed so long, from `aggregates.value_sums`."""
    rows = sums[sums["day"] == day]
    return int((rows["n_customers"] - rows["n_eligible"]).sum())


def side_by_side(sums: pd.DataFrame, active: pd.DataFrame, subscribed: pd.DataFrame, *, day: int = 365) -> pd.DataFrame:
    """L1 to L6, what each counts a customer or a subscription to be worth, in sales and in gross profit.

    The definitions by active customers keep of their sales what the orders of that year left as gross profit.

    Args:
        sums: of `aggregates.value_sums` over all customers.
        active: of `aggregates.active_counts`.
        subscribed: of `elements.from_deliveries`; empty without subscriptions.
        day: the first year.

    Returns columns:
        definition; counted_unit (customer, subscription); n_observed; ltv, ltv_low, ltv_high (sales); profit,
        profit_low, profit_high (gross profit less variable cost). NaN where it cannot be told.
    """
    last = int(sums["day"].max()) if len(sums) else day
    own = {
        "l1_cumulative": [ltv.first_year(sums, day=last, measure=name) for name in ltv.MEASURES],
        "l2_first_year": [ltv.first_year(sums, day=day, measure=name) for name in ltv.MEASURES],
        "l5_cancel_rate": [steps_of.cancel_rate_value(subscribed, measure=name) for name in _PRICES],
        "l6_survival": [steps_of.survival_value(subscribed, measure=name) for name in _PRICES],
    }
    keep = _kept_rate(active)
    planned = {
        "l2_active_year": ltv.active_year(active),
        "l3_price_frequency_years": ltv.price_frequency_years(active),
        "l4_leave_rate": ltv.leave_rate(active),
    }
    own |= {name: [result, _times(result, keep)] for name, result in planned.items()}
    return pd.DataFrame([_line(name, *own[name]) for name in sorted(own)])


def reasons() -> pd.DataFrame:
    """Each definition with its formula and why it differs, as codes.

    Returns columns:
        definition; ltv_formula; ltv_why.
    """
    names = ["l1_cumulative", "l2_first_year", "l2_active_year", "l3_price_frequency_years", "l4_leave_rate",
             "l5_cancel_rate", "l6_survival"]  # fmt: skip
    rows = [(name, f"{name}_formula", f"{name}_why") for name in names]
    return pd.DataFrame(rows, columns=["definition", "ltv_formula", "ltv_why"])


def cumulative_table(curve: pd.DataFrame, profit: pd.DataFrame, *, every: int = 90) -> pd.DataFrame:
    """The cumulative value each quarter of 90 days: sales with interval and n, fixed customers, gross profit."""
    table = curve.merge(profit[["day", "ltv"]].rename(columns={"ltv": "profit"}), on="day", how="left")
    shown = table[(table["day"] % every == 0) | (table["day"].isin([30, 365]))]
    return shown.drop(columns="group").reset_index(drop=True)


def cost_table(judged: pd.DataFrame) -> pd.DataFrame:
    """Media with a cost, dearest first: what their new customers cost and how they began."""
    return _paid(judged)[COST_COLUMNS].reset_index(drop=True)


def value_table(judged: pd.DataFrame) -> pd.DataFrame:
    """Every medium with new customers: half-year and annual value, the naive figure beside."""
    rows = judged[judged["n_customers"] > 0].sort_values(["n_customers", "media"], ascending=[False, True])
    return rows[VALUE_COLUMNS].reset_index(drop=True)


def verdicts(judged: pd.DataFrame, payback: pd.DataFrame) -> pd.DataFrame:
    """Media with a cost: cost, break-even cost with interval, payback and verdict."""
    table = _paid(judged).merge(payback, on="media", how="left")
    state = table["payback_state"].astype(object)
    table["payback_state"] = state.where(state.notna(), "untellable")
    return table[VERDICT_COLUMNS].reset_index(drop=True)


def figures(every: pd.DataFrame) -> pd.DataFrame:
    """The six values with the interval of the sales; that of the gross profit is in the same proportion."""
    return every.drop(columns=["profit_low", "profit_high"])


def sheet(judged: pd.DataFrame) -> pd.DataFrame:
    """Every medium with every figure, by name."""
    return judged.drop(columns=["n_pulled", "n_eligible", "n_next", "n_trial_eligible"]).sort_values("media")


def n_paid(judged: pd.DataFrame) -> int:
    """New customers of the media with a cost."""
    return int(judged.loc[judged["cost"] > 0, "n_customers"].sum())


def n_contracts(elements: pd.DataFrame) -> int:
    """Subscriptions that began within the data."""
    return int(elements["n_due"].iloc[0]) if len(elements) else 0


def unmatched(judged: pd.DataFrame) -> pd.DataFrame:
    """Media on one side only: with a cost and no order of that name, or the other way round."""
    rows = judged[(judged["side"] != "both") & (judged["media"] != "not_known")]
    order = rows.sort_values(["side", "n_customers", "media"], ascending=[True, False, True])
    return order[["media", "side", "cost", "n_customers", "amount"]].reset_index(drop=True)


def element_table(elements: pd.DataFrame, *, most: int = 12) -> pd.DataFrame:
    """The first so many purchases or deliveries with their three elements and what each adds to the value."""
    table = elements.head(most).rename(columns=ELEMENT_NAMES)
    table["value_added"] = table["unit_price"] * table["reach"]
    return table[["number", *ELEMENT_NAMES.values(), "unit_price", "reach", "value_added"]].reset_index(drop=True)


def curve_lines(sales: pd.DataFrame, profit: pd.DataFrame) -> pd.DataFrame:
    """Both cumulative curves in one long table, the points with nobody observed so long left out.

    Returns columns:
        value_basis (sales_ltv, profit_ltv); day; n_eligible; ltv, ltv_low, ltv_high.
    """
    both = pd.concat(
        [sales.assign(value_basis="sales_ltv"), profit.assign(value_basis="profit_ltv")], ignore_index=True
    )
    names = ["value_basis", "day", "n_eligible", "ltv", "ltv_low", "ltv_high"]
    return both.loc[both["ltv"].notna(), names].reset_index(drop=True)


def smallest_unit(money: float | None, *, currency: str) -> float | None:
    """Money of the client's currency in its smallest unit; None stays None.

    Example:
        >>> smallest_unit(1.5, currency="USD"), smallest_unit(500, currency="JPY")
        (150.0, 500)
    """
    return None if money is None else round(money * (1 if currency in {"JPY", "KRW"} else 100), 6)


def n_started(timeline: pd.DataFrame, *, as_of_day: int, days: int = 365) -> int:
    """Subscriptions whose first delivery lies within the last days, from `subscriptions.timeline`."""
    late = (timeline["first_day"] > as_of_day - days) & (timeline["first_delivery"] == 1)
    return int(late.sum())


_PRICES = ("unit_price", "unit_profit")


def _paid(judged: pd.DataFrame) -> pd.DataFrame:
    return judged[judged["cost"] > 0].sort_values(["cost", "media"], ascending=[False, True])


def _kept_rate(active: pd.DataFrame) -> float:
    row = active.iloc[0]
    return float(row["profit_active"] / row["amount_active"]) if row["amount_active"] else NAN


def _times(result: ValueResult, rate: float) -> ValueResult:
    interval = type(result.interval)(result.interval.low * rate, result.interval.high * rate)
    return ValueResult(value=result.value * rate, interval=interval, n=result.n)


def _line(name: str, sales: ValueResult, profit: ValueResult) -> dict[str, object]:
    counted = "subscription" if name in {"l5_cancel_rate", "l6_survival"} else "customer"
    return {
        "definition": name, "counted_unit": counted, "n_observed": sales.n,
        "ltv": sales.value, "ltv_low": sales.interval.low, "ltv_high": sales.interval.high,
        "profit": profit.value, "profit_low": profit.interval.low, "profit_high": profit.interval.high,
    }  # fmt: skip
