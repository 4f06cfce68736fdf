"""The call list with a preview: whom the rules call, whom they leave out and why, what a day costs and brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmlib import plots, words
from crmlib.analysis import call_cells
from crmlib.analysis.call_cells import Rules
from crmlib.analysis.consents import CHANNELS
from crmlib.analysis.promotion import choose_cost
from crmlib.analysis.zones import ZONES
from crmlib.panels import frame, sight
from crmlib.panels.controls import Control, Values
from crmlib.report import findings
from crmlib.words import N_

if TYPE_CHECKING:
    from pandas import DataFrame

    from crmlib.analysis.call_cells import CallCells
    from crmlib.analysis.revival import EffectResult
    from crmlib.shop import Shop

KINDS = ("source", "zone_first")
Given = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What a preview rests on: the shop, its customers as cells, the evidence so far, what a contact costs.

    `given_cost` is the client's own, `guess` what the box shows to begin with, in the client's currency.
    """

    shop: Shop
    cells: CallCells
    found: EffectResult
    days: int
    dormant_days: int
    channels: tuple[str, ...]
    told_contacts: bool
    given_cost: float | None
    guess: float


def preview(
    shop: Shop, customers: DataFrame, sources: Mapping[str, DataFrame], *, rules: Given, reach: Given,
    held_out_share: float, contact_cost: float | None, found: EffectResult, days: int, dormant_days: int,
    desk: bool = False, writable: bool = True,
) -> None:  # fmt: skip
    """Show today's list under its rules: the funnel, who is left out and why, cost, and the first ten rows by id.

    Args:
        shop: whose customers they are; the button writes into its client file.
        customers: of `aggregates.customer_table`.
        sources: recent, gaps, consents and contacts, as `calls.call_table` takes them.
        rules: min_orders, zone_days and zones to begin with, as the notebook `calls` has them.
        reach: channels, rest_days, order_by and most to begin with.
        held_out_share: to begin with.
        contact_cost: of one contact in the client's currency; None takes the notebook's guess for a call in yen.
        found: of `call_views.best_evidence`: what contacts have brought so far.
        days: in which an order counts as a revival.
        dormant_days: after which a customer was dormant in `found`: only for these does it say anything.
        desk: True shows the controls; False shows the figures and makes no widget.
        writable: False leaves out what leads into the client file.
    """
    order = tuple(dict.fromkeys([*reach["channels"], *CHANNELS]))
    cells = call_cells.prepare(customers, as_of_day=shop.as_of_day, **sources)
    told = not sources["contacts"].empty
    cost = choose_cost("call", currency=words.speech().currency, contact_cost=contact_cost)
    guess = 0.0 if cost != cost else cost / 10 ** words.minor_digits(words.speech().currency)
    ground = Ground(
        shop=shop, cells=cells, found=found, days=days, dormant_days=dormant_days, channels=order, told_contacts=told,
        given_cost=contact_cost, guess=guess,
    )  # fmt: skip
    panel = frame.Panel(
        title=words.translate(N_("Preview today's call list")),
        controls=_controls(ground, {**rules, **reach}, held_out_share),
        draw=lambda values: _drawn(ground, values),
        refuse=refusal,
        notebook="calls",
        keep=lambda values: parameters(ground, values),
    )
    frame.show(panel, client=shop.client, desk=desk, writable=writable)


def parameters(ground: Ground, values: Values) -> dict[str, Any]:
    """The values as parameters of the notebook `calls`."""
    cost = cost_of(ground, values)
    return {
        "min_orders": int(values["min_orders"]),
        "zone_days": [int(values["first"]), int(values["second"])],
        "zones": [zone for zone in ZONES if values[zone]],
        "order_by": values["order_by"],
        "channels": [channel for channel in ground.channels if values[channel]],
        "rest_days": int(values["rest_days"]),
        "max_length": int(values["most"]) or None,
        "held_out_share": round(values["held_out"] / 100, 4),
        "contact_cost": int(cost) if cost is not None and float(cost).is_integer() else cost,
    }


def cost_of(ground: Ground, values: Values) -> float | None:
    """The cost of a contact as the client's own; None where the box still shows our guess, or nothing."""
    cost: float = values["contact_cost"]
    return None if not cost or (ground.given_cost is None and cost == ground.guess) else cost


def refusal(values: Values) -> str:
    """One sentence where the rules call nobody by themselves, or the zones are out of order; empty else."""
    if values["first"] >= values["second"]:
        return words.say(
            N_("Zone 2 must end after it begins: the bounds given are {first:days} and {second:days}."),
            first=values["first"], second=values["second"],
        ).text()  # fmt: skip
    if not any(values[zone] for zone in ZONES):
        return words.translate(N_("No zone is called: tick at least one."))
    if not any(values[channel] for channel in CHANNELS):
        return words.translate(N_("No channel is allowed: tick at least one."))
    return ""


def rules_of(ground: Ground, values: Values) -> Rules:
    """The rules of the list for these values."""
    kept = parameters(ground, values)
    names = ("min_orders", "zone_days", "zones", "order_by", "channels", "rest_days", "held_out_share")
    return Rules(most=kept["max_length"], dormant_days=ground.dormant_days, **{name: kept[name] for name in names})


def _drawn(ground: Ground, values: Values) -> str:
    rules = rules_of(ground, values)
    found = call_cells.preview(ground.cells, rules)
    told = ground.cells.told
    cost = values["contact_cost"] * 10 ** words.minor_digits(words.speech().currency)
    said = (
        findings.calls.listed(found.fitting, min_orders=rules.min_orders),
        findings.calls.left_out(found.fitting, told=told),
        findings.call_plan.takes(due=found.n_due, called=found.n_called, held_out=found.n_held_out, most=rules.most),
        findings.call_plan.costs(called=found.n_called, contact_cost=cost or float("nan")),
        findings.calls.cost_basis(cost_of(ground, values), cost or float("nan")),
        *findings.call_plan.brings(
            ground.found, called=found.n_called, dormant=found.n_dormant, dormant_days=ground.dormant_days,
            days=ground.days, told=ground.told_contacts,
        ),
    )  # fmt: skip
    head: dict[str, Any] = {"period": sight.period(ground.shop), "n": len(ground.cells.n_orders)}
    rule = findings.calls.method(
        as_of_day=ground.cells.as_of_day, min_orders=rules.min_orders, zone_days=rules.zone_days,
        order_by=rules.order_by, rest_days=rules.rest_days, told=told,
    )  # fmt: skip
    chart = sight.chart(
        plots.calls.funnel,
        found.funnel,
        title=findings.calls.funnel_title(found.funnel),
        alt=words.translate(N_("Bars of the customers left after every step; the figures are in the table.")),
        **head,
    )
    steps = words.translate(N_("From all customers to the list, step by step"))
    first = words.translate(N_("The first rows of the list, by id only"))
    table = sight.table(found.funnel, title=steps, note=rule, **head)
    rows = sight.table(found.first, title=first, period=head["period"], n=found.n_called + found.n_held_out)
    return sight.sentences(*said) + sight.beside(chart, table) + rows


def _controls(ground: Ground, given: Given, held_out_share: float) -> tuple[Control, ...]:
    said = words.translate
    whole: dict[str, Any] = {"kind": "whole", "width": "13em", "low": 1}
    zones, by = said(N_("Zones called")), said(N_("Channels"))
    orders = [(said(N_("most orders, then the longest silence")), "source"), (said(N_("zone 2 first")), "zone_first")]
    tick: dict[str, Any] = {"kind": "tick"}
    return (
        Control(name="min_orders", label=said(N_("Orders at least")), value=int(given["min_orders"]), kind="slider",
                low=1, high=max(20, int(given["min_orders"]))),
        Control(name="first", label=said(N_("Zone 2 begins after (days)")), value=int(given["zone_days"][0]),
                **(whole | {"width": "20em"})),
        Control(name="second", label=said(N_("Zone 3 begins after (days)")), value=int(given["zone_days"][1]),
                **(whole | {"width": "20em"})),
        *(Control(name=zone, label=words.label(zone), value=zone in given["zones"], row=zones, **tick)
          for zone in ZONES),
        *(Control(name=channel, label=words.label(channel), value=channel in given["channels"], row=by, **tick)
          for channel in ground.channels),
        Control(name="rest_days", label=said(N_("Left alone after a contact (days)")), value=int(given["rest_days"]),
                kind="slider", low=0, high=max(90, int(given["rest_days"]))),
        Control(name="most", label=said(N_("Calls a day (0: no limit)")), value=int(given["most"] or 0),
                **(whole | {"width": "20em", "low": 0})),
        Control(name="order_by", label=said(N_("Order")), value=given["order_by"], kind="choice", choices=orders,
                width="28em"),
        Control(name="held_out", label=said(N_("Held out on purpose (%)")), value=round(held_out_share * 100),
                kind="slider", low=0, high=90),
        Control(name="contact_cost", label=words.headed(said(N_("Cost of one contact (0: not known)")),
                words.unit("money")), value=float(ground.guess), low=0, width="28em"),
    )  # fmt: skip
