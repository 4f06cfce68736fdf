"""The reader: two arms typed in, or an experiment of the shop; what may be said of it, and what looking early does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmlib import plots, words
from crmlib.analysis import experiment_views, typed_trial
from crmlib.analysis.outcomes import AMOUNTS
from crmlib.panels import frame, sight
from crmlib.panels.controls import Control, Values
from crmlib.report import findings
from crmlib.words import N_

if TYPE_CHECKING:
    from pandas import DataFrame

    from crmlib.analysis.experiments import Pair
    from crmlib.analysis.typed_trial import Counts, Look
    from crmlib.shop import Shop

TYPED = -1
START = (1000, 120, 1000, 150)
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Known:
    """The experiments of a shop as they have been judged, and what early looks at them need."""

    shop: Shop
    results: DataFrame
    looks: dict[tuple[str, str], Look]


def reader(
    shop: Shop, results: DataFrame, pairs: Sequence[Pair], *, smallest_gain: float, power: float,
    planned_size: int | None, desk: bool = False, writable: bool = True,
) -> None:  # fmt: skip
    """Show what an experiment says: sizes against the plan, difference, relative lift, what may be said of it.

    Args:
        shop: whose experiments they are; the button writes into its client file.
        results: of `analysis.experiments.judge`.
        pairs: of `analysis.experiment_views.readable`.
        smallest_gain: to begin with, as the notebook `abtest` has it.
        power: of the sizes that are told, as the notebook has it.
        planned_size: to begin with, as the notebook has it.
        desk: True shows the controls; False shows the first experiment and makes no widget.
        writable: False leaves out what leads into the client file.
    """
    rows = results[results["baseline"] != "before"].reset_index(drop=True)
    known = Known(shop=shop, results=rows, looks=typed_trial.looks(list(pairs)))
    panel = frame.Panel(
        title=words.translate(N_("Read an experiment")),
        controls=_controls(known, smallest_gain, planned_size),
        draw=lambda values: _drawn(known, values, power),
        refuse=refusal,
        notebook="abtest",
        keep=parameters,
    )
    frame.show(panel, client=shop.client, desk=desk, writable=writable)


def parameters(values: Values) -> Row:
    """The values as parameters of the notebook `abtest`: counts typed in are a view only.

    Example:
        >>> parameters({"gain": 10, "planned": 0}), parameters({"gain": 5, "planned": 8000})
        ({'smallest_gain': 0.1, 'planned_size': None}, {'smallest_gain': 0.05, 'planned_size': 8000})
    """
    return {"smallest_gain": round(values["gain"] / 100, 4), "planned_size": _planned(values)}


def refusal(values: Values) -> str:
    """One sentence where an arm has more customers with the outcome than customers; empty else."""
    if values["planned"] == 1:
        return words.translate(N_("A plan of one customer compares nothing: two or more, or 0 for none."))
    if values["trial"] != TYPED:
        return ""
    for arm in ("control", "treatment"):
        if values[f"x_{arm}"] > values[f"n_{arm}"]:
            return words.say(
                N_("{arm:text}: {x:count} with the outcome cannot be more than {n:count} in all."),
                arm=words.label(arm), x=values[f"x_{arm}"], n=values[f"n_{arm}"],
            ).text()  # fmt: skip
    return ""


def counts_of(values: Values) -> Counts:
    """The counts typed in: with the outcome and all, of the control and of the treatment."""
    return values["x_control"], values["n_control"], values["x_treatment"], values["n_treatment"]


def chosen(known: Known, values: Values, power: float) -> tuple[DataFrame, Look | None]:
    """The row of the results and what an early look at it needs: of the shop, or judged from the counts."""
    gain = parameters(values)["smallest_gain"]
    if values["trial"] == TYPED:
        name = words.translate(N_("Counts typed in"))
        planned = values["treatment_share"] / 100
        row = typed_trial.judge(
            counts_of(values), name=name, treatment_share=planned, smallest_relative=gain, power=power
        )
        return row, counts_of(values)
    row = known.results.iloc[[values["trial"]]]
    key = str(row["experiment_id"].iloc[0]), str(row["arm"].iloc[0])
    return typed_trial.with_gain(row, smallest_relative=gain, power=power), known.looks.get(key)


def _drawn(known: Known, values: Values, power: float) -> str:
    row, look = chosen(known, values, power)
    told: Row = {str(name): value for name, value in row.iloc[0].items()}
    early = _too_early(told, look, values)
    read = () if early else (
        *findings.abtest.verdicts(row, parameters(values)["smallest_gain"]), findings.planned.lift(told),
    )  # fmt: skip
    said = (findings.planned.sizes_fit(told), *read, *_early(told, look, values))
    head: dict[str, Any] = {"period": _period(known, values), "n": int(told["n_control"] + told["n_treatment"])}
    rates = told["primary_metric"] not in AMOUNTS
    shown = experiment_views.rate_table(row) if rates else experiment_views.amount_table(row)
    sizes, *others = _tables(row, shown, head)
    return (
        sight.sentences(*said)
        + sight.beside(_chart(row, shown, head, rates=rates, early=early), sizes)
        + "".join(others)
    )


def _period(known: Known, values: Values) -> str:
    return words.translate(N_("as typed in")) if values["trial"] == TYPED else sight.period(known.shop)


def _too_early(told: Row, look: Look | None, values: Values) -> bool:
    """A look before the size planned, at which the interval for any number of looks tells no difference."""
    planned = _planned(values)
    if planned is None or planned <= told["n_control"] + told["n_treatment"]:
        return False
    if told["verdict"] not in experiment_views.JUDGED or not told["is_random"]:
        return False
    if look is None:
        return True
    ends = typed_trial.at_any_look(look, n_planned=planned).difference_interval
    return not (ends.low > 0 or ends.high < 0)


def _early(told: Row, look: Look | None, values: Values) -> tuple[Any, ...]:
    planned, waiting = _planned(values), int(told["n_not_yet"])
    n = int(told["n_control"] + told["n_treatment"])
    warned = findings.planned.early(n=n, planned=planned, waiting=waiting)
    unread = told["verdict"] not in experiment_views.JUDGED or not told["is_random"]
    if look is None or planned is None or planned < 2 or unread:
        return (warned,)
    found = typed_trial.at_any_look(look, n_planned=planned)
    ends = found.difference_interval
    money = told["primary_metric"] in AMOUNTS
    return warned, findings.planned.held(ends.low, ends.high, wider=found.wider, money=money)


def _chart(row: DataFrame, shown: DataFrame, head: Row, *, rates: bool, early: bool) -> str:
    title = findings.abtest.differences_title if rates else findings.abtest.amounts_title
    return sight.chart(
        plots.abtest.differences if rates else plots.abtest.amounts,
        shown,
        title=words.translate(N_("Before the size planned no difference can be told")) if early else title(row),
        alt=words.translate(N_("Difference between treatment and control with its 95% interval; the table has it.")),
        **head,
    )


def _tables(row: DataFrame, shown: DataFrame, head: Row) -> list[str]:
    said = words.translate
    sizes = said(N_("A probability below 0.001 means the arm sizes do not fit the plan."))
    counted = said(
        N_("Everyone is counted in the arm assigned, treated or not, once observed for the whole window. No rate of"
           " fewer than 30.")
    )  # fmt: skip
    tables = (
        (experiment_views.assignment_table(row), said(N_("Arms as assigned, against the plan")), sizes),
        (shown, said(N_("Both arms, difference and verdict")), counted),
        (experiment_views.verdict_table(row), said(N_("What each verdict follows")), ""),
        (experiment_views.size_table(row), said(N_("Customers per arm, and how many the smallest gain takes")), ""),
    )  # fmt: skip
    return [sight.table(table, title=title, note=note, **head) for table, title, note in tables]


def _planned(values: Values) -> int | None:
    return values["planned"] or None


def _controls(known: Known, smallest_gain: float, planned_size: int | None) -> tuple[Control, ...]:
    said = words.translate
    names = experiment_views.named(known.results).tolist()
    trials = [*zip(names, range(len(names)), strict=True), (said(N_("Counts typed in")), TYPED)]
    gain = round(smallest_gain * 100, 2)
    gain = int(gain) if float(gain).is_integer() else gain
    control, treatment = words.label("control"), words.label("treatment")
    n, x = said(N_("all")), said(N_("with the outcome"))
    box: dict[str, Any] = {"kind": "whole", "width": "17em", "label_width": "8em", "only": ("trial", TYPED)}
    return (
        Control(name="trial", label=said(N_("Experiment")), value=trials[0][1], kind="choice", choices=trials,
                width="36em"),
        Control(name="n_control", label=n, value=START[0], row=control, **box),
        Control(name="x_control", label=x, value=START[1], row=control, **box),
        Control(name="n_treatment", label=n, value=START[2], row=treatment, **box),
        Control(name="x_treatment", label=x, value=START[3], row=treatment, **box),
        Control(name="treatment_share", label=said(N_("Planned for the treatment (%)")), value=50, kind="slider",
                low=1, high=99),
        Control(name="gain", label=said(N_("Smallest relative gain worth having (%)")), value=gain, kind="slider",
                low=1, high=max(100, gain)),
        Control(name="planned", label=said(N_("Planned for both arms before the first look (0: not planned)")),
                value=planned_size or 0, kind="whole"),
    )  # fmt: skip
