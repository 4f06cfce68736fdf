"""The second purchase at the desk: by what customers began with, within days that can be moved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from crmlib import plots, words
from crmlib.analysis import (
    aggregates,
    entry_cohorts,
    return_days,
    step_days,
    subscription_views,
    views,
)
from crmlib.analysis import retention as analysis
from crmlib.panels import frame, sight
from crmlib.panels.controls import Control, Values
from crmlib.report import findings
from crmlib.words import N_

if TYPE_CHECKING:
    from collections.abc import Callable

    from crmlib.analysis.return_days import ReturnDays
    from crmlib.analysis.step_days import StepDays
    from crmlib.shop import Shop
    from crmlib.words import Sentence

ALL, PRODUCT, MEDIUM, MONTH = "all", "product_id", "acq_media", "month"
WAYS = {
    ALL: N_("All customers"),
    PRODUCT: N_("First product"),
    MEDIUM: N_("Medium"),
    MONTH: N_("Month of the first purchase"),
}
WINDOWS = range(30, 361, 30)
LONGEST = 3650
DENOMINATOR = N_(
    "In the denominator are only the customers whose first purchase lies at least {window:days} before the base date;"
    " groups of fewer than {least:customers} show counts only."
)
WINDOWS_NOTE = N_(
    "Each window has its own denominator: the customers whose first purchase lies at least so long before the base"
    " date; with fewer than {least:customers} it shows counts only. Kaplan-Meier uses everybody for as long as they"
    " were observed."
)
NO_RANKING = N_(
    "The first product is the one with the largest amount in the first order. Products sold as a subscription and"
    " trials differ in what a second purchase means, so their rates are no ranking of the products."
)
SOURCES = {
    "orders": N_("The medium is that of the first order."),
    "customers": N_("No order has a medium, so it is that of the table of customers."),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Second:
    """All that the panel moves on.

    Attributes:
        days, steps: second purchases and steps by days. names: of the products by their code. grids: the cohorts of
            each way to group. told: the cohorts shown last, as HTML.
    """

    shop: Shop
    days: ReturnDays
    steps: StepDays
    names: dict[str, str]
    grids: dict[str, pd.DataFrame]
    told: dict[tuple[str, int], str] = field(default_factory=dict)


def second_purchase(
    shop: Shop, returns: pd.DataFrame, *, window_days: int, min_group: int, max_purchase: int = 10,
    horizon_months: int = 12, cohorts_shown: int = 24, desk: bool = False, writable: bool = True,
) -> None:  # fmt: skip
    """Show the second purchase of all customers; at the desk by product, medium and month, within other days.

    Args:
        shop: whose orders they are; the button writes into its client file.
        returns: of `analysis.aggregates.return_table`.
        window_days: to begin with.
        min_group: customers observed long enough that a rate needs, to begin with.
        max_purchase: purchases in which the largest loss is looked for.
        horizon_months: of the cohorts.
        cohorts_shown: the latest so many months.
        desk: True shows the controls; False shows plain tables and makes no widget.
        writable: False leaves out what leads into the client file.

    Raises:
        ValueError: a column is missing, or a number is out of its range.
    """
    told, source = return_days.with_media(returns, shop.table("customers"))
    days = return_days.prepare(told, as_of_day=shop.as_of_day, media_source=source)
    rows = aggregates.step_days(shop.orders, as_of_day=shop.as_of_day, max_step=max_purchase - 1)
    second = Second(
        shop=shop,
        days=days,
        steps=step_days.prepare(rows, max_step=max_purchase - 1),
        names=subscription_views.names_of(shop.table("products")),
        grids=_grids(shop, days, [*WAYS] if desk else [ALL], horizon_months, cohorts_shown),
    )
    panel = frame.Panel(
        title=words.translate(N_("Try the days of the second purchase, and what customers began with")),
        controls=_controls(second, window_days, min_group),
        draw=lambda values: _drawn(second, values),
        notebook="retention",
        keep=lambda values: {"window_days": int(values["window_days"]), "min_group": int(values["min_group"])},
    )
    frame.show(panel, client=shop.client, desk=desk, writable=writable)


def _controls(second: Second, window_days: int, min_group: int) -> tuple[Control, ...]:
    seen = min(second.shop.as_of_day - second.shop.first_day, LONGEST)
    ways = [(words.translate(text), way) for way, text in WAYS.items()]
    return (
        Control(name="by", label=words.translate(N_("By")), value=ALL, kind="choice", choices=ways),
        Control(
            name="window_days", label=words.translate(N_("Second purchase within (days)")), value=window_days,
            kind="slider", low=1, high=max(seen, window_days, 30),
        ),
        Control(
            name="min_group", label=words.translate(N_("Rates only of groups with at least (customers)")),
            value=min_group, kind="whole", low=1, high=100_000,
        ),
    )  # fmt: skip


def _grids(shop: Shop, days: ReturnDays, ways: list[str], horizon: int, n_cohorts: int) -> dict[str, pd.DataFrame]:
    """The cohorts of each way to group; of all customers and of the months from the same counts."""
    how = {"as_of_day": shop.as_of_day, "horizon": horizon}
    found = {}
    for way in ways:
        if way in (PRODUCT, MEDIUM):
            listed = shop.relation("customers") if (way, days.media_source) == (MEDIUM, "customers") else None
            counts = aggregates.entry_cohort_counts(shop.orders, shop.order_items, by=way, customers=listed)
            known = pd.Series(days.counts[way].n_reached, days.counts[way].names).drop(
                ["others", "not_known"], errors="ignore"
            )
            largest = known.sort_values(ascending=False, kind="stable").index.tolist()
            found[way] = entry_cohorts.pooled_by_group(counts, groups=largest, **how)
        else:
            cohorts = analysis.cohorts(aggregates.cohort_counts(shop.orders), **how)
            table = views.latest(cohorts, analysis.pooled(cohorts), n_cohorts=n_cohorts)
            together = table["cohort_month"].astype("str") == "pooled"
            found[way] = table[together] if way == ALL else table
    return found


def _drawn(second: Second, values: Values) -> str:
    way, window, least = values["by"], int(values["window_days"]), int(values["min_group"])
    steps = analysis.steps(step_days.counts(second.steps, window_days=window))
    said = [
        findings.retention.second_step(steps, window, least),
        findings.retention.largest_loss(analysis.largest_loss(steps), window, least),
    ]
    if missing := _untellable(second, way):
        return sight.sentences(*said, missing)
    parts = {ALL: _whole, MONTH: _months}.get(way, _groups)(second, way, window, least)
    return sight.sentences(*said, *parts[0]) + parts[1] + _grid(second, way, least)


def _untellable(second: Second, way: str) -> Sentence | None:
    names = set(second.days.counts[way].names) if way in (PRODUCT, MEDIUM) else {""}
    if names - {"not_known"} or not second.days.n:
        return None
    if way == MEDIUM:
        return words.say(N_("By medium it cannot be told: neither the orders nor the table of customers has a medium."))
    return words.say(N_("By first product it cannot be told: the order lines have no product of a first order."))


Part = tuple[list["Sentence"], str]


def _whole(second: Second, _way: str, window: int, least: int) -> Part:
    table = return_days.by_window(second.days, windows=[*WINDOWS, window])
    # So few are hardly more than the first days of the data.
    rates = ["f2_rate", "f2_rate_low", "f2_rate_high"]
    table[rates] = table[rates].where(table["n_eligible"] >= least)
    note = words.say(WINDOWS_NOTE, least=least)
    return [], _shown(
        second, table, plots.entries.windows, findings.entries.windows_title(table),
        N_("F2 conversion by window, and the Kaplan-Meier share by that day"),
        N_("F2 conversion rate by the window it is counted in, with its 95% interval."),
        note, second.days.n,
    )  # fmt: skip


def _months(second: Second, _way: str, window: int, least: int) -> Part:
    table = return_days.by_month(second.days, window_days=window, min_n=least)
    return [findings.entries.months(table)], _shown(
        second, table, plots.entries.by_month, findings.entries.months_title(table),
        N_("F2 conversion by month of the first purchase"),
        N_("F2 conversion rate of each month's new customers, with its 95% interval."),
        words.say(DENOMINATOR, window=window, least=least), int(table["n_eligible"].sum()),
    )  # fmt: skip


def _groups(second: Second, way: str, window: int, least: int) -> Part:
    table = _named(second, return_days.by_group(second.days, group=way, window_days=window, min_n=least), way)
    titles = {PRODUCT: N_("F2 conversion by first product"), MEDIUM: N_("F2 conversion by medium")}
    note = words.say(DENOMINATOR, window=window, least=least).text()
    if way == PRODUCT:
        note = f"{note} {words.translate(NO_RANKING)}"
    if way == MEDIUM:
        note = f"{note} {words.translate(SOURCES[second.days.media_source])}"
    return findings.entries.groups(table), _shown(
        second, table, plots.entries.groups, findings.entries.groups_title(table), titles[way],
        N_("F2 conversion rate of the customers of each group, with its 95% interval."), note,
        int(table["n_eligible"].sum()),
    )  # fmt: skip


def _shown(
    second: Second, table: pd.DataFrame, plot: Callable[..., Any], title: Sentence, name: str, alt: str,
    note: Sentence | str, n: int,
) -> str:  # fmt: skip
    period = sight.period(second.shop)
    chart = sight.chart(plot, table, title=title, alt=alt, period=period, n=n)
    return chart + sight.table(table, title=name, note=note, period=period, n=n)


def _grid(second: Second, way: str, least: int) -> str:
    """The cohorts of a way to group; the days do not move them, so they are put into words once."""
    key = way, least
    if key not in second.told:
        second.told.clear()
        second.told[key] = _cohorts(second, way, least)
    return second.told[key]


def _cohorts(second: Second, way: str, least: int) -> str:
    table = second.grids[way]
    rows = "group" if way in (PRODUCT, MEDIUM) else "cohort_month"
    began = table[table["k"] == 0].set_index(rows)["n_start"]
    shown = _named(second, table[table[rows].isin(began[began >= least].index)], way)
    note = _cohort_note([str(name) for name in began.index[began >= least]], way, least)
    # The first row of the months is that of all of them.
    n = int(began.sum()) if rows == "group" else int(began.iloc[0]) if len(began) else 0
    return sight.grid(
        shown, rows=rows, columns="k", value="rate", title=N_("Share that bought, by months since the first purchase"),
        period=sight.period(second.shop), n=n, note=note,
    )  # fmt: skip


def _cohort_note(names: list[str], way: str, least: int) -> str:
    """What the cohorts shown are, as far as any are."""
    together = N_("All cohorts are taken together; a month counts from the end of it on.")
    if not names:
        grouped = N_("No group has {least:customers}, so that none is shown.")
        few = N_("Fewer than {least:customers} began, so that no share is shown.")
        return words.say(grouped if way in (PRODUCT, MEDIUM) else few, least=least).text()
    said = [words.translate(N_("Of the customers who began, the share who bought in each calendar month after it."))]
    if way == ALL:
        said.append(words.translate(together))
    elif names == ["pooled"]:
        alone = N_("No cohort by itself has {least:customers}.")
        said += [words.say(alone, least=least).text(), words.translate(together)]
    else:
        only = N_(
            "There are only cohorts of at least {least:customers}. Where cohorts are taken together a month counts from"
            " the end of it on."
        )
        said.append(words.say(only, least=least).text())
    return " ".join(said)


def _named(second: Second, table: pd.DataFrame, way: str) -> pd.DataFrame:
    """Product codes by the shop's names."""
    if way != PRODUCT:
        return table
    return table.assign(group=[second.names.get(str(code), str(code)) for code in table["group"]])
