"""What the survey says, in sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from pandas import DataFrame

SMALL = 30
ALPHA = 0.05
# The arrangement for Japan: neither NPS nor made by the client, unless the client has typed the same bounds.
JAPAN = (4, 8)


def bands(chosen: Any, preset: str) -> Sentence:
    """Which bands the score counts by, and that only the usual ones make an NPS."""
    values = {"low": chosen.detractor_to, "high": chosen.promoter_from}
    if chosen.is_standard:
        return say(
            "Bands: detractors answered 0 to {low:score}, promoters {high:score} to 10, as NPS is defined.", **values
        )
    if preset == "japan_unverified":
        return say(
            "The bands are an arrangement for Japan whose bounds could not be verified: detractors answered 0 to"
            " {low:score}, promoters {high:score} to 10. The score is not the NPS that others publish.",
            **values,
        )
    return say(
        "The bands are the client's own: detractors answered 0 to {low:score}, promoters {high:score} to 10. The score"
        " is not the NPS that others publish.",
        **values,
    )


def score_title(chosen: Any) -> Sentence:
    """The name of the score: NPS in its own bands only."""
    if chosen.is_standard:
        return say("NPS")
    if _is_japan(chosen):
        return say(
            "Score in the bands 0 to {low:score} and {high:score} to 10",
            low=chosen.detractor_to, high=chosen.promoter_from,
        )  # fmt: skip
    return say("Score in the client's own bands")


def _is_japan(chosen: Any) -> bool:
    return (chosen.detractor_to, chosen.promoter_from) == JAPAN


def score(result: Any, chosen: Any = None, survey: str = "") -> Sentence:
    """The score of one survey with its interval and its number of answers; called NPS in the usual bands only.

    `survey`: its id, where the answers carry one; conclusions count by other answers, so the sentence names it.
    """
    if result.n == 0:
        return say("No answer with a score from 0 to 10 was found.")
    if result.n < SMALL:
        return say(
            "{n:responses} are too few for a score: {promoters:count} promoters, {passives:count} passives,"
            " {detractors:count} detractors.",
            n=result.n, promoters=result.n_promoters, passives=result.n_passives, detractors=result.n_detractors,
        )  # fmt: skip
    values = {
        "nps": result.nps, "low": result.interval.low, "high": result.interval.high, "n": result.n,
        "promoters": result.n_promoters / result.n, "detractors": result.n_detractors / result.n,
    }  # fmt: skip
    if chosen is not None and _is_japan(chosen):
        return _score_between(survey, values | {"to": chosen.detractor_to, "from": chosen.promoter_from})
    own = chosen is not None and not chosen.is_standard
    return _score_of(survey, values, own=own) if survey else _score(values, own=own)


def _score(values: dict[str, Any], *, own: bool) -> Sentence:
    if own:
        return say(
            "The score in the client's own bands is {nps:nps} (95% interval {low:nps} to {high:nps}; {n:responses}:"
            " {promoters:share} promoters, {detractors:share} detractors).",
            **values,
        )
    return say(
        "The NPS is {nps:nps} (95% interval {low:nps} to {high:nps}; {n:responses}: {promoters:share} promoters,"
        " {detractors:share} detractors).",
        **values,
    )


def _score_of(survey: str, values: dict[str, Any], *, own: bool) -> Sentence:
    if own:
        return say(
            "In the survey “{survey:text}” the score in the client's own bands is {nps:nps} (95% interval {low:nps} to"
            " {high:nps}; {n:responses}: {promoters:share} promoters, {detractors:share} detractors).",
            survey=survey, **values,
        )  # fmt: skip
    return say(
        "In the survey “{survey:text}” the NPS is {nps:nps} (95% interval {low:nps} to {high:nps}; {n:responses}:"
        " {promoters:share} promoters, {detractors:share} detractors).",
        survey=survey, **values,
    )  # fmt: skip


def _score_between(survey: str, values: dict[str, Any]) -> Sentence:
    if survey:
        return say(
            "In the survey “{survey:text}” the score in the bands 0 to {to:score} and {from:score} to 10, which is not"
            " NPS, is {nps:nps} (95% interval {low:nps} to {high:nps}; {n:responses}: {promoters:share} promoters,"
            " {detractors:share} detractors).",
            survey=survey, **values,
        )  # fmt: skip
    return say(
        "The score in the bands 0 to {to:score} and {from:score} to 10, which is not NPS, is {nps:nps} (95% interval"
        " {low:nps} to {high:nps}; {n:responses}: {promoters:share} promoters, {detractors:share} detractors).",
        **values,
    )


def responses(n_answered: int, n_sent: int) -> Sentence:
    """Who answered, and that respondents chose themselves."""
    if not n_sent:
        return say(
            "How many were asked is not in the data, so the response rate cannot be told; the score stands for those"
            " who answered only."
        )
    return say(
        "{answered:count} of {sent:customers} asked gave an answer ({rate:share}); the score stands for those who"
        " answered, who chose themselves.",
        answered=n_answered, sent=n_sent, rate=n_answered / n_sent,
    )  # fmt: skip


def groups(table: DataFrame, group_by: str, compared: int | None = None) -> Sentence:
    """Which groups differ from everybody else by more than chance, and which are too small to say."""
    if table.empty:
        return say("Groups cannot be compared: no answer has a value for “{column:label}”.", column=group_by)
    told = table[table["n"] >= SMALL]
    clear = told[told["pvalue"] < ALPHA]
    if told.empty:
        return say(
            "By “{column:label}” every group has fewer than {small:responses}, too few to compare.",
            column=group_by, small=SMALL,
        )  # fmt: skip
    if clear.empty:
        return say("By “{column:label}” no group's score differs clearly from that of all others.", column=group_by)
    top = clear.loc[clear["n"].idxmax()]
    values = {
        "group": str(top["group"]), "difference": abs(top["nps_difference"]) / 100, "n": int(top["n"]),
        "low": top["nps_difference_low"], "high": top["nps_difference_high"],
        "k": compared or len(table),
    }  # fmt: skip
    if top["nps_difference"] > 0:
        return say(
            "“{group:label}” scores {difference:points} higher than all others (95% interval {low:nps} to {high:nps},"
            " corrected for {k:count} groups; {n:responses}).",
            **values,
        )
    return say(
        "“{group:label}” scores {difference:points} lower than all others (95% interval {low:nps} to {high:nps},"
        " corrected for {k:count} groups; {n:responses}).",
        **values,
    )


def distribution_title(result: Any) -> Sentence:
    """The message of the distribution."""
    if result.n < SMALL or math.isnan(result.nps):
        return say("Distribution of answers")
    if result.n_detractors > result.n_promoters:
        return say(
            "Detractors ({detractors:share}) outnumber promoters ({promoters:share})",
            detractors=result.n_detractors / result.n, promoters=result.n_promoters / result.n,
        )  # fmt: skip
    return say(
        "Promoters ({promoters:share}) are at least as many as detractors ({detractors:share})",
        detractors=result.n_detractors / result.n, promoters=result.n_promoters / result.n,
    )  # fmt: skip


def groups_title(table: DataFrame, group_by: str) -> Sentence:
    """The message of the comparison of groups."""
    told = table[table["n"] >= SMALL]
    if len(told) < 2:
        return say("NPS by group")
    if not (told["pvalue"] < ALPHA).any():
        return say("By “{column:label}” no group's score differs clearly from that of all others", column=group_by)
    high, low = told.loc[told["nps"].idxmax()], told.loc[told["nps"].idxmin()]
    return say(
        "From {low:nps} (“{worst:label}”) to {high:nps} (“{best:label}”)",
        low=low["nps"], worst=str(low["group"]), high=high["nps"], best=str(high["group"]),
    )  # fmt: skip
