"""NPS by segment at the desk: survey, grouping and smallest group; other bands are a view and never kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmlib import plots, words
from crmlib.analysis import nps_cells, nps_segments, nps_views, views
from crmlib.analysis.nps_bands import PRESETS, STANDARD, Bands
from crmlib.panels import frame, sight
from crmlib.panels.controls import Control, Values
from crmlib.report import findings
from crmlib.words import N_, Sentence

if TYPE_CHECKING:
    from pandas import DataFrame

    from crmlib.analysis.nps_cells import NpsCells, Survey
    from crmlib.shop import Shop

OWN = "own"
MOST = 300


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The surveys of a shop, and what the panel began with: the survey named, the question compared, the bands."""

    shop: Shop
    cells: NpsCells
    survey: str | None
    group_by: str

    def chosen(self, values: Values) -> str:
        """The question that the report would compare groups of."""
        return values["by"] if values["by"] in nps_cells.QUESTIONS else self.group_by


def bands(
    shop: Shop, stood: DataFrame, members: DataFrame, *, survey: str | None, group_by: str, bands: Bands = STANDARD,
    desk: bool = False, writable: bool = True,
) -> None:  # fmt: skip
    """Show the score of a survey by group, each with its interval and its difference from all others.

    Args:
        shop: whose survey it is; the button writes into its client file.
        stood: of `analysis.nps_standing.standing`.
        members: the customers with rank, age band and medium, where known.
        survey: the survey to begin with; None takes the one answered last.
        group_by: the question to begin with.
        bands: the bands to begin with.
        desk: True shows the controls; False shows the figures and makes no widget.
        writable: False leaves out what leads into the client file.
    """
    ground = Ground(shop=shop, cells=nps_cells.prepare(stood, members), survey=survey, group_by=group_by)
    panel = frame.Panel(
        title=words.translate(N_("Score by segment, with the bands moved")),
        controls=_controls(ground, bands),
        draw=lambda values: _drawn(ground, values),
        refuse=refusal,
        notebook="nps",
        keep=lambda values: parameters(ground, values),
    )
    frame.show(panel, client=shop.client, desk=desk, writable=writable)


def parameters(ground: Ground, values: Values) -> dict[str, Any]:
    """The values as parameters of the notebook `nps`; bands and the smallest group are a view and are not kept.

    A grouping that is no question of the survey is a view too. The survey stays open where none was named and the one
    answered last is shown.
    """
    last = next(iter(ground.cells.surveys), None)
    survey = None if ground.survey is None and values["survey"] == last else values["survey"] or None
    return {**({"group_by": values["by"]} if _is_question(ground, values["by"]) else {}), "survey": survey}


def _is_question(ground: Ground, name: str) -> bool:
    """Whether it is a question that somebody has answered: only these are the notebook's to compare groups of."""
    return name in nps_cells.QUESTIONS and any(name in survey.groups for survey in ground.cells.surveys.values())


def bands_of(values: Values) -> Bands:
    """The bands chosen; the two bounds count where they are the client's own."""
    if values["bands"] != OWN:
        return PRESETS[values["bands"]]
    return Bands(detractor_to=int(values["detractor_to"]), promoter_from=int(values["promoter_from"]))


def refusal(values: Values) -> str:
    """One sentence where the bands would overlap; empty else."""
    if values["bands"] != OWN or values["detractor_to"] < values["promoter_from"]:
        return ""
    return words.say(
        N_("Promoters must begin above the detractors: detractors answer 0 to {low:score}, promoters {high:score}"
           " to 10."),
        low=values["detractor_to"], high=values["promoter_from"],
    ).text()  # fmt: skip


def _drawn(ground: Ground, values: Values) -> str:
    if values["survey"] not in ground.cells.surveys:
        return sight.sentences(findings.nps.score(nps_cells.score(nps_cells.NOBODY)))
    survey, chosen = ground.cells.surveys[values["survey"]], bands_of(values)
    result = nps_cells.score(survey, bands=chosen)
    table, k = _compared(ground, survey, values, chosen)
    said = (
        findings.nps.bands(chosen, values["bands"]),
        _not_kept(chosen),
        _grouping_not_kept(ground, values["by"]),
        findings.nps.score(result, chosen, "" if survey.survey_id == nps_views.UNNAMED else survey.survey_id),
        _difference(table, values, k),
    )
    head: dict[str, Any] = {"period": _period(survey), "n": result.n}
    return sight.sentences(*said) + _chart(table, values, chosen, head) + _table(table, values, chosen, k, head)


def _compared(ground: Ground, survey: Survey, values: Values, chosen: Bands) -> tuple[DataFrame, int]:
    by = values["by"]
    also = (by,) if by in nps_cells.MEMBERS else ()
    found = nps_cells.compare(
        survey, ground.cells.months, group_by=ground.chosen(values), also=also, bands=chosen, least=int(values["least"])
    )
    table = nps_segments.part(found, by)
    # As in the report: groups of a question by falling score, the others in their own order.
    asked = by in (*nps_cells.QUESTIONS, *nps_cells.MEMBERS)
    return views.group_table(table) if asked else table, nps_segments.n_comparisons(found)


def _not_kept(chosen: Bands) -> Sentence | None:
    if chosen.is_standard:
        return None
    return words.say(
        N_("These bands are a view only: the button does not write them, and the score is not called NPS.")
    )


def _grouping_not_kept(ground: Ground, name: str) -> Sentence | None:
    if _is_question(ground, name):
        return None
    return words.say(
        N_("Groups by “{column:label}” are a view only: the client file keeps no grouping but by a question of the"
           " survey."),
        column=name,
    )  # fmt: skip


def _difference(table: DataFrame, values: Values, k: int) -> Sentence:
    least = int(values["least"])
    if len(table) and not (table["n"] >= least).any():
        return words.say(
            N_("By “{column:label}” every group has fewer than {least:responses}, the smallest group shown."),
            column=values["by"], least=least,
        )  # fmt: skip
    return findings.nps.groups(table, values["by"], k)


def _chart(table: DataFrame, values: Values, chosen: Bands, head: dict[str, Any]) -> str:
    told = nps_views.told(table)
    title: Sentence | str = findings.nps.groups_title(told, values["by"])
    if len(told) < 2 and not chosen.is_standard:
        title = words.translate(N_("Score by group"))
    return sight.chart(
        plots.nps.groups,
        nps_views.named(told, chosen),
        title=title,
        alt=words.translate(N_("Score of each group with its 95% interval; the table has the figures.")),
        **head,
    )


def _table(table: DataFrame, values: Values, chosen: Bands, k: int, head: dict[str, Any]) -> str:
    note = words.say(
        N_("Each customer's last answer to this survey; the group is that of the day before the answer, rank, age and"
           " medium are today's. Groups of fewer than {least:responses} show counts only. Intervals and p-values of the"
           " differences are corrected for {k:count} groups (Bonferroni). Those who answered chose themselves."),
        least=int(values["least"]), k=k,
    )  # fmt: skip
    title = words.say(N_("Score by {column:label}, and the difference from all others"), column=values["by"])
    return sight.table(nps_views.named(table, chosen), title=title, note=note, **head)


def _period(survey: Survey) -> str:
    return words.say(N_("{first:date} to {last:date}"), first=survey.first_day, last=survey.last_day).text()


def _controls(ground: Ground, chosen: Bands) -> tuple[Control, ...]:
    said, surveys = words.translate, ground.cells.surveys
    names = [(f"{name} (n = {found.counts.sum():,})", name) for name, found in surveys.items()]
    known = dict.fromkeys(name for found in surveys.values() for name in found.groups)
    groups = [(words.label(name), name) for name in known] or [(words.label(ground.group_by), ground.group_by)]
    first = ground.group_by if ground.group_by in known else groups[0][1]
    preset = next((name for name, bands in PRESETS.items() if bands == chosen), OWN)
    presets = [
        (said(N_("NPS: 0-6, 7-8, 9-10")), "standard"),
        (said(N_("Arrangement for Japan, unverified: 0-4, 5-7, 8-10 (view only)")), "japan_unverified"),
        (said(N_("Own bounds below (view only)")), OWN),
    ]
    survey = ground.survey if ground.survey in surveys else next(iter(surveys), "")
    bound: dict[str, Any] = {"kind": "slider", "high": 10}
    return (
        Control(name="survey", label=said(N_("Survey")), value=survey, kind="choice",
                choices=names or [("–", "")], width="28em"),
        Control(name="by", label=said(N_("Groups by")), value=first, kind="choice", choices=groups, width="28em"),
        Control(name="bands", label=said(N_("Bands")), value=preset, kind="choice", choices=presets, width="36em"),
        Control(name="detractor_to", label=said(N_("Detractors answer 0 to")), value=chosen.detractor_to,
                **(bound | {"high": 9})),
        Control(name="promoter_from", label=said(N_("Promoters answer 10 down to")), value=chosen.promoter_from,
                **bound, low=1),
        Control(name="least", label=said(N_("Smallest group shown (answers)")), value=nps_segments.LEAST,
                kind="slider", low=nps_segments.LEAST, high=MOST),
    )  # fmt: skip
