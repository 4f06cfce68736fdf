"""What the design of the scenarios and their contents say, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.words import N_, Sentence, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pandas import DataFrame


def gaps(design: DataFrame) -> list[Sentence]:
    """Every kind of gap with where it is."""
    found = []
    for axis, rows in design.groupby("design_axis", sort=False):
        part = rows[rows["design_gap"] != "gap_none"]
        if part.empty:
            found.append(say("“{axis:label}”: no gap.", axis=str(axis)))
            continue
        counts = part["design_gap"].value_counts(sort=False)
        for gap, n in counts.items():
            chosen = part[part["design_gap"] == gap]["design_row"]
            found.append(_gap(str(axis), str(gap), int(n), len(rows), names_of(chosen)))
    return found


def _gap(axis: str, gap: str, n: int, total: int, names: str) -> Sentence:
    values = {"axis": axis, "gap": gap, "n": n, "total": total, "names": names}
    return say("“{axis:label}”: {gap:label} in {n:count} of {total:count}: {names:text}.", **values)


def largest_gap(design: DataFrame, mix: DataFrame | None = None) -> Sentence:
    """The row with most customers that no complete scenario serves, and whether mails went there all the same.

    Args:
        design: of `scenario_design.design`.
        mix: of `content_sent.sent_mix`, where sends are on record.
    """
    rows = design[(design["design_gap"] != "gap_none") & (design["n_customers"] > 0)]
    if rows.empty:
        return say("Every stage and segment with customers has a scenario, messages and a KPI with a target.")
    row = rows.loc[rows["n_customers"].idxmax()]
    values = {"row": str(row["design_row"]), "n": row["n_customers"], "gap": str(row["design_gap"])}
    reached = 0 if mix is None else int(mix.loc[mix["segment"].astype(str) == row["design_row"], "n_sends"].sum())
    if reached:
        return say(
            "The gap with most customers is “{row:label}” with {n:customers}: {gap:label}. {k:count} mails of scenarios"
            " for others went to such customers all the same.",
            **values, k=reached,
        )  # fmt: skip
    return say("The gap with most customers is “{row:label}” with {n:customers}: {gap:label}.", **values)


def lacking(guarded: DataFrame, missing: DataFrame) -> Sentence:
    """How many scenarios lack something, and what most often."""
    n = len(guarded)
    if not n:
        return say(
            "No scenario is on record. Without a target, a KPI, a control and a period mails are sent, but no measure"
            " is taken."
        )
    bad = int((guarded["n_missing"] > 0).sum())
    if not bad:
        return say("All of {n:count} scenarios have what a measure needs.", n=n)
    counts = missing["guard"].value_counts()
    most = str(min(counts[counts == counts.max()].index))
    return say(
        "{bad:count} of {n:count} scenarios are no measure yet or break a rule of content; what is lacking"
        " most often is"
        " “{guard:label}” ({times:count}).",
        bad=bad, n=n, guard=most, times=int(counts.max()),
    )  # fmt: skip


def each_lacking(missing: DataFrame) -> list[Sentence]:
    """What to do about what each scenario lacks, by name: the first slide shows these lines as next steps.

    Nothing where nothing is lacking, or where no scenario is on record: `lacking` says which.
    """
    found = missing.groupby("scenario_name", sort=False)
    return [said for name, rows in found for said in _to_do(str(name), rows["guard"].tolist())]


def _to_do(name: str, guards: list[str]) -> list[Sentence]:
    """What a measure needs in one sentence, each rule of content in its own."""
    rules = {
        "introduces_first": say("Let the first message of “{name:text}” introduce the brand.", name=name),
        "offers_bounded": say("Send fewer offers in “{name:text}”, and more that is not an offer.", name=name),
        "not_features_only": say("Write more into “{name:text}” than a list of ingredients.", name=name),
    }
    needed = [guard for guard in guards if guard not in rules]
    first = [say("Complete “{name:text}” with what is lacking: {guards:text}.", name=name, guards=names_of(needed))]
    return [*(first if needed else []), *(rules[guard] for guard in guards if guard in rules)]


def mix(table: DataFrame) -> Sentence:
    """The segment that gets most more offers than planned."""
    known = table.dropna(subset=["offer_gap"])
    if known.empty:
        return say("Which contents each segment got cannot be told: fewer than 30 sends to each, or none on record.")
    row = known.loc[known["offer_gap"].idxmax()]
    values = {"segment": str(row["segment"]), "sent": row["offer_sent"], "planned": row["offer_planned"],
              "n": int(row["n_sends"] - row["n_kind_not_known"])}  # fmt: skip
    if row["offer_gap"] > 0:
        return say(
            "“{segment:label}” got the most offers beyond the plan: {sent:share} of {n:count} sends, {planned:share}"
            " planned.",
            **values,
        )
    return say("No segment got more offers than planned.")


def coupon(table: DataFrame) -> Sentence:
    """Coupons that leave no margin."""
    known = table[table["coupon_state"] != "coupon_margin_not_known"]
    if table.empty:
        return say("No message gives a discount.")
    if known.empty:
        return say("Whether the discounts leave a margin cannot be told: neither unit costs nor a margin are known.")
    bad = known[known["coupon_state"] == "coupon_eats_margin"]
    if len(bad):
        return say(
            "{n:count} of {total:count} discounts with a known margin eat all of it: {names:text}.",
            n=len(bad), total=len(known), names=names_of(bad["message_name"]),
        )  # fmt: skip
    row = known.loc[known["discount_rate"].idxmax()]
    return say(
        "Every discount with a known margin leaves some of it; the largest, {rate:share}, pays from {times:ratio} times"
        " the orders on.",
        rate=row["discount_rate"], times=row["orders_needed"],
    )  # fmt: skip


def materials(table: DataFrame) -> Sentence:
    """Which of the five materials are missing."""
    missing = table[table["material_state"] != "material_there"]["material"]
    if missing.empty:
        return say("All five materials of education are in the messages.")
    if len(missing) == len(table):
        return say("None of the five materials of education is known to be in a message.")
    return say("Of the five materials of education these are not in a message, as far as they have tags: {names:text}.",
               names=names_of(missing))  # fmt: skip


def strategy(goods: str) -> Sentence:
    """Which of the two strategies fits."""
    if goods == "physical":
        return say(
            "For physical goods the strategy is education by scenario: use, effect, recognition, and then the next"
            " purchase."
        )
    return say(
        "For intangible services the strategy is commitment of time or money: the high-priced back-end offer"
        " right after"
        " the first purchase."
    )


def six_steps(table: DataFrame) -> Sentence:
    """The six steps are named in the method and never listed."""
    if table.empty:
        return say(
            "The method speaks of six steps without listing them; none are invented here. They can be named in the"
            " settings."
        )
    return say("The client names {n:count} steps.", n=len(table))


def served(table: DataFrame) -> Sentence:
    """How many customers technology alone serves."""
    rows = table[table["served_by"] == "served_by_mail"].dropna(subset=["n_customers"])
    if rows.empty:
        return say("No segment is left to technology alone.")
    return say(
        "{n:customers} are served by scenarios alone, without anybody's time: {names:text}.",
        n=int(rows["n_customers"].sum()), names=names_of(rows["segment"].astype(str)),
    )  # fmt: skip


def elsewhere(n: int) -> Sentence:
    """Scenarios that stand in no row of the design."""
    if not n:
        return say("Marked is the first gap that applies. Every scenario stands in a row.")
    return say(
        "Marked is the first gap that applies. {n:count} scenarios name neither a stage nor a segment of the lifecycle"
        " and stand in no row.",
        n=n,
    )


def act_on_gaps(guarded: DataFrame, design: DataFrame, template: DataFrame) -> Sentence | None:
    """What to do next about the design; None where no scenario lacks anything.

    Args:
        guarded: of `scenario_guards.guards`.
        design: of `scenario_design.design`.
        template: of `step_template.templates`, of any number of products.
    """
    if guarded.empty:
        return say(
            "Write down the first scenario for “{row:label}” with the template of {n:count} mails, and name KPI,"
            " target,"
            " control and period before it starts.",
            row=_most(design), n=template["step_no"].nunique(),
        )  # fmt: skip
    if (guarded["n_missing"] > 0).any():
        return say("Complete what the list of guards names before the next mail goes out.")
    return None


def _most(design: DataFrame) -> str:
    # Whoever has lapsed or has not bought yet is the hardest to win: begin with the others.
    rows = design[(design["design_axis"] == "axis_lifecycle") & (design["n_customers"] > 0)]
    rows = rows[~rows["design_row"].isin(["life_prospect", "life_lapsed"])]
    return "life_initial" if rows.empty else str(rows.loc[rows["n_customers"].idxmax(), "design_row"])


def names_of(codes: Iterable[Any]) -> str:
    """Codes by their names, in a row."""
    return words.translate(N_(", ")).join(words.label(str(code)) for code in codes)
