"""The KPIs month by month: sums behind each figure, and whether its month has been observed long enough."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.kpi_ids import KPIS
from crmlib.analysis.kpi_rows import BEGINNING, COLUMNS, OBSERVED, PARTIAL, YEAR_DAYS, Row, Span, row, with_states
from crmlib.analysis.months import last_day, month_of_day
from crmlib.analysis.nps import BANDS, latest_answers
from crmlib.analysis.reasons import monthly


def from_orders(spreads: pd.DataFrame, span: Span) -> pd.DataFrame:
    """Sales, orders, new customers, repeat share and average order amount of each month.

    Args:
        spreads: of `aggregates.month_spreads`.
        span: first and last day.

    Returns columns:
        kpi_id; month; state (observed, partial, not_yet, data_begin); n (denominator); method, x, y, xx, xy, yy, m,
        bounded (for `kpi_bounds.with_bounds`).
    """
    require_columns("spreads", spreads.columns, ["month", "n_orders", "orders_squares", "repeat_amount"])
    table = spreads.set_index("month").reindex(list(span.months), fill_value=0)
    rows: list[Row] = []
    for month, r in table.iterrows():
        m = int(r["n_customers"])
        orders = {"n": r["n_orders"], "m": m}
        money = {"xx": r["amount_squares"], "xy": r["amount_orders"], "yy": r["orders_squares"]}
        repeat = {"xx": r["repeat_squares"], "xy": r["repeat_amount"], "yy": r["amount_squares"]}
        rows += [
            row("amount", month, "sum", x=r["amount"], **orders, xx=r["amount_squares"]),
            row("n_orders", month, "sum", x=r["n_orders"], **orders, xx=r["orders_squares"]),
            row("n_customers_new", month, "count", x=r["n_customers_new"], n=r["n_customers_new"], m=m),
            row("repeat_share", month, "ratio", x=r["amount_repeat"], y=r["amount"], **orders, **repeat, bounded=True),
            row("average_order_amount", month, "ratio", x=r["amount"], y=r["n_orders"], **orders, **money),
        ]
    return with_states(rows, span)


def from_entries(entries: pd.DataFrame, span: Span, *, window_days: int) -> pd.DataFrame:
    """F2 and the sales of the first year by month of the first purchase, told when the whole month was seen so long.

    Args:
        entries: of `aggregates.entry_spreads` with the same `window_days`.
        span: first and last day.
        window_days: a second purchase counts within so many days.
    """
    require_columns("entries", entries.columns, ["month", "n_customers", "n_next", "amount_year", "year_squares"])
    table = entries.set_index("month").reindex(list(span.months), fill_value=0)
    rows: list[Row] = []
    for month, r in table.iterrows():
        n, m = r["n_customers"], int(r["n_customers"])
        money = {"xx": r["year_squares"], "xy": r["amount_year"], "yy": n}
        rows += [
            row("f2_rate", month, "share", x=r["n_next"], y=n, n=n, m=m),
            row("ltv_12m", month, "ratio", x=r["amount_year"], y=n, n=n, m=m, **money),
        ]
    return with_states(rows, span, {"f2_rate": window_days, "ltv_12m": YEAR_DAYS})


def from_silence(
    active: pd.DataFrame, dormant: pd.DataFrame, returned: pd.DataFrame, span: Span, *, last_silent: int
) -> pd.DataFrame:
    """Customers active within 365 days at the end of each month, and the share of the dormant who came back in it.

    Args:
        active: of `aggregates.silent_changes`, 0 to 364 days.
        dormant: of `aggregates.silent_changes`, over the days of dormancy.
        returned: of `aggregates.month_returns`, over the same days.
        span: first and last day.
        last_silent: the last day of dormancy; a month is told when the data reach so far back.
    """
    there, asleep = _running(active), _running(dormant)
    came = returned.set_index("month")["n_returned"] if len(returned) else pd.Series(dtype="int64")
    rows: list[Row] = []
    for month in span.months:
        n, base = _at(there, min(last_day(month), span.as_of_day)), _at(asleep, last_day(month - 1))
        back = int(came.get(month, 0))
        rows += [
            row("active_customers", month, "count", x=n, n=n, m=n),
            row("revival_rate", month, "share", x=back, y=base, n=base, m=base),
        ]
    table = with_states(rows, span)
    early = (table["kpi_id"] == "revival_rate") & (
        pd.Series([last_day(int(month) - 1) - last_silent for month in table["month"]], dtype="int64") < span.first_day
    )
    if not span.from_the_start:
        table.loc[early, "state"] = BEGINNING
    return table


def from_deliveries(timeline: pd.DataFrame, span: Span) -> pd.DataFrame:
    """F2 of subscriptions by the month of the first delivery: who received the second, of whom it was due.

    A month is told when no contract begun in it still waits for its second delivery; paused and completed ones wait
    for none.

    Args:
        timeline: of `subscriptions.timeline` by subscription.
        span: first and last day.
    """
    wanted = ["first_day", "first_delivery", "last_delivery", "is_due", "was_due", "status"]
    require_columns("timeline", timeline.columns, wanted)
    begun = timeline[timeline["first_delivery"] == 1]
    months = begun["first_day"].map(lambda day: month_of_day(int(day)))
    second = (begun["last_delivery"] > 1) & ((begun["last_delivery"] > 2) | begun["was_due"])
    missed = (begun["last_delivery"] == 1) & begun["is_due"]
    waits = ~second & ~missed & ~begun["status"].isin(["paused", "completed"])
    rows: list[Row] = []
    open_months = set(months[waits])
    for month, got in second.groupby(months):
        n = int(got.sum() + missed[months == month].sum())
        rows.append(row("subscription_f2_rate", int(str(month)), "share", x=int(got.sum()), y=n, n=n, m=n))
    table = with_states(rows, span)
    table.loc[table["month"].isin(open_months) & (table["state"] == OBSERVED), "state"] = PARTIAL
    return table


def from_contracts(subscriptions: pd.DataFrame, span: Span) -> pd.DataFrame:
    """Monthly continuation and cancellation of the contracts active when a month begins; the two add up to 1.

    Args:
        subscriptions: the canonical table.
        span: first and last day.
    """
    rows: list[Row] = []
    for r in monthly(subscriptions, as_of_day=span.as_of_day).to_dict("records"):
        n, gone = int(r["n_active"]), int(r["n_cancelled"])
        rows += [
            row("continuation_rate", r["month"], "share", x=n - gone, y=n, n=n, m=n),
            row("cancellation_rate", r["month"], "share", x=gone, y=n, n=n, m=n),
        ]
    return with_states(rows, span)


def from_costs(costs: pd.DataFrame, counts: pd.DataFrame, span: Span, *, months: Iterable[int]) -> pd.DataFrame:
    """Cost of a new customer of the main product, over the media that have a cost.

    CPO = cost of the month / (new customers who began with the main product + trial customers pulled up in time). A
    month with trial customers is told when all of them were observed so long.

    Args:
        costs: of `acquisition.costs_by_month`.
        counts: of `aggregates.media_counts`.
        span: first and last day.
        months: of `acquisition.covered_months`.
    """
    require_columns("counts", counts.columns, ["media", "month", "n_customers", "n_trial", "n_trial_eligible"])
    named = counts[counts["media"].isin(set(costs["media"]))]
    sums = named.groupby("month")[["n_customers", "n_trial", "n_trial_eligible", "n_pulled"]].sum()
    spent = costs.groupby("month")["cost"].sum()
    rows, waiting = [], set()
    for month in months:
        r = sums.loc[month] if month in sums.index else pd.Series(0, index=sums.columns)
        n = int(r["n_customers"] - r["n_trial"] + r["n_pulled"])
        rows.append(row("cpo", month, "per_event", x=int(spent.get(month, 0)), y=n, n=n, m=n))
        if r["n_trial"] > r["n_trial_eligible"]:
            waiting.add(month)
    table = with_states(rows, span)
    table.loc[table["month"].isin(waiting) & (table["state"] == OBSERVED), "state"] = PARTIAL
    return table


def from_surveys(surveys: pd.DataFrame, sent: pd.DataFrame, span: Span, *, answer_days: int) -> pd.DataFrame:
    """NPS by month of the answer, one a customer and survey, and the share of those asked who answered in time.

    Args:
        surveys: the canonical table.
        sent: surveys_sent.
        span: first and last day.
        answer_days: an answer counts within so many days; a month is told so many days after it.
    """
    answers = latest_answers(surveys)
    months = answers["answered_day"].map(lambda day: month_of_day(int(day)))
    low, high = BANDS["detractor"][1], BANDS["promoter"][0]
    rows: list[Row] = []
    for month, scores in answers["nps"].groupby(months):
        counts: Row = {"x": int((scores >= high).sum()), "xx": int((scores <= low).sum()), "y": len(scores)}
        rows.append(row("nps", int(str(month)), "nps", n=len(scores), m=len(scores), **counts))
    rows += _responses(surveys, sent, answer_days)
    return with_states(rows, span, {"response_rate": answer_days})


def from_referrals(referrals: pd.DataFrame, entry_days: pd.DataFrame, span: Span) -> pd.DataFrame:
    """Share of the new customers of a month whom a customer had referred.

    Args:
        referrals: the canonical table.
        entry_days: customer_id, first_day.
        span: first and last day.
    """
    require_columns("entry_days", entry_days.columns, ["customer_id", "first_day"])
    if referrals.empty:
        return with_states([], span)
    months = entry_days["first_day"].map(lambda day: month_of_day(int(day)))
    referred = entry_days["customer_id"].isin(set(referrals["referred_customer_id"].dropna()))
    began = month_of_day(int(referrals["referred_day"].min()))
    rows = [
        row("referral_share", int(str(month)), "share", x=int(part.sum()), y=len(part), n=len(part), m=len(part))
        for month, part in referred.groupby(months)
        if int(str(month)) >= began
    ]
    return with_states(rows, span)


def together(*tables: pd.DataFrame) -> pd.DataFrame:
    """All KPIs in the order of `KPIS`, month by month."""
    known = [table for table in tables if len(table)]
    if not known:
        return pd.DataFrame(columns=COLUMNS)
    table = pd.concat(known, ignore_index=True)
    order = {name: place for place, name in enumerate(KPIS)}
    return table.sort_values(["kpi_id", "month"], key=lambda s: s.map(order) if s.name == "kpi_id" else s).reset_index(
        drop=True
    )


def _responses(surveys: pd.DataFrame, sent: pd.DataFrame, answer_days: int) -> list[Row]:
    keys = ["survey_id", "customer_id"]
    asked = sent.sort_values("sent_day").drop_duplicates(keys)[[*keys, "sent_day"]]
    first = surveys.groupby(keys, as_index=False)["answered_day"].min()
    both = asked.merge(first, on=keys, how="left")
    in_time = both["answered_day"] - both["sent_day"] <= answer_days
    months = both["sent_day"].map(lambda day: month_of_day(int(day)))
    return [
        row("response_rate", int(str(month)), "share", x=int(part.sum()), y=len(part), n=len(part), m=len(part))
        for month, part in in_time.groupby(months)
    ]


def _running(changes: pd.DataFrame) -> pd.Series[int]:
    return changes.set_index("day")["n_change"].sort_index().cumsum()


def _at(running: pd.Series[int], day: int) -> int:
    before = running[running.index <= day]
    return int(before.iloc[-1]) if len(before) else 0
