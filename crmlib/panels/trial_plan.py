"""The planner: what a gain worth having takes in customers, days and weeks, and what would be missed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmlib import plots, words
from crmlib.analysis import experiment_views, experiments, size_plans
from crmlib.analysis.planner import plan
from crmlib.analysis.populations import MONTH_DAYS
from crmlib.analysis.size_plans import Setting
from crmlib.panels import frame, sight
from crmlib.panels.controls import Control, Values
from crmlib.report import findings
from crmlib.words import N_

if TYPE_CHECKING:
    from pandas import DataFrame

    from crmlib.analysis.planner import NextResult
    from crmlib.shop import Shop

OWN = "typed_rate"
TIMES = (0.5, 1.0, 1.5, 2.0)
ARMS, ALPHAS = (2, 3, 4), (0.01, 0.05, 0.1)
FIRST = ("second_purchase", "delivery_reached", "repurchase")
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What a planner rests on: the shop, its measured baselines by metric, whom the experiment is for, its window."""

    shop: Shop
    planned: NextResult
    population: str
    window_days: int

    @property
    def bases(self) -> dict[str, Row]:
        """The baselines that can be planned for, by metric."""
        rows = self.planned.measured.to_dict("records")
        return {str(row["primary_metric"]): {str(name): value for name, value in row.items()} for row in rows}

    @property
    def per_day(self) -> float:
        """Customers who enter the population a day, as a box shows it."""
        month = self.planned.per_month
        return max(round(month / MONTH_DAYS, 2), 0.0) if month == month else 0.0


def planner(
    shop: Shop, planned: NextResult, *, population: str, window_days: int, smallest_gain: float, power: float,
    hold_out_share: float, most_months: float, desk: bool = False, writable: bool = True,
) -> None:  # fmt: skip
    """Show what the next experiment takes: customers, days, weeks, and what would be missed; at the desk it moves.

    Args:
        shop: whose experiment it is; the button writes into its client file.
        planned: of `analysis.planner.next_experiment`, whose measured baselines everything rests on.
        population: whom `planned` is for.
        window_days: the window it was measured with.
        smallest_gain: to begin with, as the notebook `abtest` has it.
        power: to begin with.
        hold_out_share: to begin with.
        most_months: to begin with.
        desk: True shows the controls; False shows the figures and makes no widget.
        writable: False leaves out what leads into the client file.
    """
    ground = Ground(shop=shop, planned=planned, population=population, window_days=window_days)
    panel = frame.Panel(
        title=words.translate(N_("Plan the next experiment")),
        controls=_controls(
            ground, smallest_gain=smallest_gain, power=power, hold_out_share=hold_out_share, most_months=most_months
        ),
        draw=lambda values: _drawn(ground, values),
        notebook="abtest",
        keep=parameters,
    )
    frame.show(panel, client=shop.client, desk=desk, writable=writable)


def parameters(values: Values) -> Row:
    """The values as parameters of the notebook `abtest`; base rate, arms and alpha are a view only.

    Example:
        >>> parameters({"gain": 10, "power": 80, "hold_out": 50, "most_months": 6})
        {'smallest_gain': 0.1, 'power': 0.8, 'hold_out_share': 0.5, 'most_months': 6}
    """
    shares = {"smallest_gain": values["gain"], "power": values["power"], "hold_out_share": values["hold_out"]}
    return {**{name: round(value / 100, 4) for name, value in shares.items()}, "most_months": values["most_months"]}


def setting_of(ground: Ground, values: Values) -> Setting:
    """The plan's setting; customers a day are exact where the box says what it said to begin with."""
    kept = parameters(values)
    month = ground.planned.per_month
    exact = month / MONTH_DAYS if month == month and values["per_day"] == ground.per_day else values["per_day"]
    return Setting(
        hold_out_share=kept["hold_out_share"], n_arms=values["n_arms"], power=kept["power"], alpha=values["alpha"],
        n_start=values["n_start"], per_day=max(exact, 0.0), window_days=ground.window_days,
    )  # fmt: skip


def _drawn(ground: Ground, values: Values) -> str:
    metric, setting, kept = values["metric"], setting_of(ground, values), parameters(values)
    base = size_plans.own_rate(values["base_rate"] / 100) if metric == OWN else ground.bases[metric]
    sizes = size_plans.rows(base, [kept["smallest_gain"] * times for times in TIMES], setting)
    row = {str(name): value for name, value in sizes.iloc[TIMES.index(1.0)].items()}
    n_time = size_plans.in_time(base, kept["most_months"] * MONTH_DAYS, setting)
    said = (
        findings.planned.takes(row, metric=metric, n_arms=setting.n_arms),
        findings.planned.lasts(row, power=setting.power),
        # A gain that cannot be is neither found nor missed.
        _in_time(base, n_time, kept, setting) if row["n_planned"] == row["n_planned"] else None,
        findings.planned.other_alpha(setting.alpha, usual=experiments.ALPHA, n_arms=setting.n_arms),
    )
    head: dict[str, Any] = {"period": sight.period(ground.shop), "n": _measured(base)}
    chart = sight.chart(
        plots.abtest.detectable,
        size_plans.curve(base, setting, n_planned=row["n_planned"], n_time=n_time),
        title=findings.planned.curve_title(row["gain"], row["n_planned"]),
        alt=words.translate(N_("Smallest gain that would be seen by the number of customers; the table has the plan.")),
        **head,
    )
    note = words.say(
        N_("Customers count once their window of {window:days} is over. Several arms share what the control leaves."),
        window=ground.window_days,
    )
    table = sight.table(sizes, title=words.translate(N_("What smaller and larger gains take")), note=note, **head)
    return sight.sentences(*said) + sight.beside(chart, table) + _outcomes(ground, setting, kept)


def _in_time(base: Row, n: float, kept: Row, setting: Setting) -> Any:
    if not base["baseline_value"] > 0:
        return None
    return findings.planned.in_time(
        gain=kept["smallest_gain"], months=kept["most_months"], n=n, seen=size_plans.gain_seen(base, n, setting),
        missed=size_plans.missed(base, kept["smallest_gain"], n, setting),
    )  # fmt: skip


def _outcomes(ground: Ground, setting: Setting, kept: Row) -> str:
    """All outcomes of the shop as the report plans them: two arms, its own alpha, the customers typed in."""
    who: dict[str, Any] = {"n_now": int(setting.n_start), "per_month": setting.per_day * MONTH_DAYS}
    table = experiment_views.plan_table(_plan(ground, kept, **who))
    said = findings.trials.plan(
        table, population=ground.population, gain=kept["smallest_gain"], months=kept["most_months"], **who
    )
    title = words.say(
        N_("Customers and months to find a relative gain of {gain:share} within {window:days}"),
        gain=kept["smallest_gain"], window=ground.window_days,
    )  # fmt: skip
    note = words.say(
        N_("As the report plans: two arms, alpha {alpha:ratio}, power {power:share}."), alpha=experiments.ALPHA,
        power=kept["power"],
    )  # fmt: skip
    period = sight.period(ground.shop)
    return sight.sentences(*said) + sight.table(table, title=title, period=period, n=who["n_now"], note=note)


def _plan(ground: Ground, kept: Row, *, n_now: int, per_month: float) -> DataFrame:
    return plan(ground.planned.measured, n_now=n_now, per_month=per_month, window_days=ground.window_days, **kept)


def _measured(base: Row) -> int | None:
    return int(base["n_baseline"]) or None


def _controls(
    ground: Ground, *, smallest_gain: float, power: float, hold_out_share: float, most_months: float
) -> tuple[Control, ...]:
    said, bases = words.translate, ground.bases
    known = [metric for metric in bases if bases[metric]["baseline_value"] > 0]
    first = next((metric for metric in (*FIRST, *known) if metric in known), OWN)
    metrics = [(words.label(metric), metric) for metric in (*known, OWN)]
    rate = next((bases[m]["baseline_value"] * 100 for m in known if size_plans.is_rate(bases[m])), 10.0)
    percent: dict[str, Any] = {"kind": "slider", "low": 1, "high": 99}
    whole = most_months if isinstance(most_months, int) else math.ceil(most_months)
    return (
        Control(name="metric", label=said(N_("Outcome")), value=first, kind="choice", choices=metrics),
        Control(name="base_rate", label=said(N_("Rate typed in (%)")), value=round(rate, 1), low=0.1, high=99.9,
                step=0.1, width="14em"),
        Control(name="gain", label=said(N_("Smallest relative gain worth having (%)")),
                value=_percent(smallest_gain), kind="slider", low=1, high=max(100, _percent(smallest_gain))),
        Control(name="power", label=said(N_("Power (%)")), value=_percent(power), **(percent | {"low": 50})),
        Control(name="hold_out", label=said(N_("Left to the control (%)")), value=_percent(hold_out_share), **percent),
        Control(name="alpha", label=said(N_("Alpha")), value=experiments.ALPHA, kind="choice", width="10em",
                choices=[(words.text(alpha, "ratio"), alpha) for alpha in ALPHAS]),
        Control(name="n_arms", label=said(N_("Arms with the control")), value=2, kind="choice", width="14em",
                choices=[(str(n), n) for n in ARMS]),
        Control(name="n_start", label=said(N_("Customers to begin with")), value=ground.planned.n_now, kind="whole",
                width="18em"),
        Control(name="per_day", label=said(N_("Customers more a day")), value=ground.per_day, step=0.01, width="18em"),
        Control(name="most_months", label=said(N_("Months allowed")), value=whole, kind="slider", low=1,
                high=max(36, whole)),
    )  # fmt: skip


def _percent(share: float) -> float:
    value = round(share * 100, 2)
    return int(value) if value.is_integer() else value
