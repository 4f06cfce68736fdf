"""The first slides: three conclusions, the KPIs with their marks, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib import words
from crmlib.report import summary
from crmlib.report.deck_pages import Page
from crmlib.report.deck_tables import Cell, Table
from crmlib.report.read import exhibits
from crmlib.report.series import BAD, GOOD
from crmlib.words import N_

if TYPE_CHECKING:
    from crmlib.report.read import Item


def first_pages(items: dict[str, list[Item]]) -> list[Page]:
    """Three conclusions, the KPIs with their marks, and what to do next."""
    kicker = words.translate("Summary")
    told = summary.conclusions(items)
    return [*_conclusions(told[: summary.CONCLUSIONS], kicker), *_kpis(items, kicker), *_steps(items, told, kicker)]


def _conclusions(told: list[Item], kicker: str) -> list[Page]:
    if not told:
        return []
    rows = [[Cell(str(place)), Cell(item["text"], bold=True), Cell(item["action"] or words.MISSING),
             stake(item), Cell(item["label"])]
            for place, item in enumerate(told, start=1)]  # fmt: skip
    heads = ["", words.translate("Conclusion"), words.translate("What to do next"), words.translate("In money"),
             words.translate("Report")]  # fmt: skip
    table = Table(heads, ["l"] * 5, rows, (15, 14, 13, 12, 11, 10, 9))
    return [Page(_first_of(told), kicker, words.translate("Conclusions"), table=table, whole=True)]


def stake(item: Item) -> Cell:
    """Money in a year of a conclusion, and that it may be chance, where it may."""
    chance = "" if item["certain"] else words.translate("may be chance")
    return Cell("\n".join(filter(None, (item["stake"], chance))) or words.MISSING)


def _first_of(told: list[Item]) -> str:
    names = list(dict.fromkeys(item["label"] for item in told))
    if len(names) == 1:
        return words.say(N_("What comes first: {first:text}."), first=names[0]).text()
    if len(names) == 2:
        return words.say(
            N_("What comes first: {first:text} and {second:text}."), first=names[0], second=names[1]
        ).text()
    message = N_("What comes first: {first:text}, {second:text} and {third:text}.")
    return words.say(message, first=names[0], second=names[1], third=names[2]).text()


def _kpis(items: dict[str, list[Item]], kicker: str) -> list[Page]:
    cards = summary.cards(items)
    if not cards:
        return []
    colours = {"bad": BAD.lstrip("#"), "good": GOOD.lstrip("#")}
    rows = [[Cell(card["title"]), Cell(card["month"]), Cell(card["number"] + card["unit_after"], bold=True),
             Cell(card["aimed"]), Cell(card["mark"], colour=colours.get(card["css"], ""), bold=True),
             Cell(card["caveat"] or words.label(summary.BEYOND))]
            for card in cards]  # fmt: skip
    heads = [words.column("kpi_id").label, words.column("kpi_month").label, words.column("actual").label,
             words.column("target").label, words.column("mark").label, words.column("gap_verdict").label]  # fmt: skip
    table = Table(heads, ["l", "l", "r", "r", "l", "l"], rows)
    marks = [item for item in exhibits(items.get(summary.KPI, []), "finding") if item["id"] == "marks"]
    caption = words.translate("KPIs against their targets")
    title = marks[0]["text"].split("\n")[0] if marks else caption
    note = words.translate(
        "The mark follows the figure of the month alone. “Within chance” says that chance alone makes gaps of this"
        " size, by the KPI's own 95% interval; even then about one in twenty seems larger."
    )
    return [Page(title, kicker, caption, note=note, table=table, whole=True)]


def _steps(items: dict[str, list[Item]], told: list[Item], kicker: str) -> list[Page]:
    steps = summary.next_steps(items, told)
    if not steps:
        return []
    rows = [[Cell(str(place)), Cell(step["text"]), Cell(step["label"])] for place, step in enumerate(steps, start=1)]
    heads = ["", words.translate("What to do next"), words.translate("Report")]
    title = words.say(N_("Steps to take, in this order: {n:count}."), n=len(steps)).text()
    table = Table(heads, ["l"] * 3, rows, (14, 13, 12, 11))
    return [Page(title, kicker, words.translate("What to do next"), table=table, whole=True)]
