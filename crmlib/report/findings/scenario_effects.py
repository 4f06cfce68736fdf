"""What scenarios brought, what they must beat and how they are rolled out, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmlib.report.findings.scenario import names_of
from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pandas import DataFrame, Series

DECIDED = ("effect_worse", "effect_better", "effect_not_clear")
BY_WEIGHT = (*DECIDED, "effect_no_evidence", "effect_untellable")  # harm is acted on before help


def effect(judged: DataFrame, named: Mapping[str, str]) -> list[Sentence]:
    """What came of the goal of each scenario against its hold-out, and how often chance alone says so."""
    rows = judged[judged["effect_outcome"] == "outcome_goal"]
    if rows.empty:
        return [say("Whether a scenario works cannot be told: nothing was recorded as sent.")]
    found = [_effect(row, str(named.get(row["scenario_id"], row["scenario_id"]))) for row in rows.to_dict("records")]
    n = int(rows["effect_verdict"].isin(DECIDED).sum())
    if not n:
        return found
    return [*found, say(
        "Each of the {n:count} goals that can be judged is an experiment of its own and is not corrected: without any"
        " effect one in twenty would still look like one.",
        n=n,
    )]  # fmt: skip


def _effect(row: Mapping[str, Any], name: str) -> Sentence:
    values = {"name": name, "n": row["n_sent_group"], "m": row["n_held_group"]}
    if row["effect_verdict"] == "effect_untellable":
        return say(
            "“{name:text}” cannot be judged: {n:customers} received it and {m:customers} were held out, and fewer than"
            " 30 in a group give no rate.",
            **values,
        )
    if row["effect_verdict"] == "effect_no_evidence":
        return say(
            "“{name:text}” cannot be judged: its groups were not drawn by lot, or their sizes contradict the plan.",
            name=name,
        )
    values |= {"rate": row["rate_sent"], "other": row["rate_held"], "low": row["effect_difference_low"],
               "high": row["effect_difference_high"], "p": row["pvalue"], "what": str(row["goal_measure"]),
               "days": int(row["window_days"])}  # fmt: skip
    if row["effect_verdict"] == "effect_better":
        return say(
            "“{name:text}” works: “{what:label}” within {days:days} in {rate:share} of {n:customers} who received it"
            " and {other:share} of {m:customers} held out (difference {low:points} to {high:points}, p {p:pvalue};"
            " of scenarios without any effect one in twenty is called so).",
            **values,
        )
    if row["effect_verdict"] == "effect_worse":
        return say(
            "“{name:text}” does harm: “{what:label}” within {days:days} in {rate:share} of {n:customers} who received"
            " it and {other:share} of {m:customers} held out (difference {low:points} to {high:points}, p"
            " {p:pvalue}; of scenarios without any effect one in twenty is called so).",
            **values,
        )
    return say(
        "Whether “{name:text}” works is not clear: “{what:label}” within {days:days} in {rate:share} of {n:customers}"
        " who received it and {other:share} of {m:customers} held out (difference {low:points} to {high:points}, p"
        " {p:pvalue}).",
        **values,
    )


def lots(sizes: DataFrame) -> Sentence:
    """How far the hold-outs can be trusted."""
    held = sizes[sizes["lot_state"] != "lot_nobody"]
    if held.empty:
        return say("Nobody was held out of any scenario, so no effect can be told.")
    wrong = held[held["lot_state"] == "lot_wrong"]
    if len(wrong):
        return say(
            "The size of the hold-out contradicts the plan in: {names:text}. Find out why before reading the effect.",
            names=names_of(wrong["scenario_name"]),
        )
    open_ = held[held["lot_state"] != "lot_drawn"]
    if len(open_):
        return say(
            "That lots were drawn is not on record for {n:count} of {total:count} scenarios with a hold-out; their"
            " difference is evidence only if they were.",
            n=len(open_), total=len(held),
        )  # fmt: skip
    return say("Lots were drawn for every hold-out, and its size is as planned where a share is planned.")


def sent_after_goal(review: DataFrame) -> Sentence:
    """Whether the sequences stop when the goal is reached."""
    n, total = int(review["n_after_goal"].sum()), int(review["n_sent"].sum())
    if not total:
        return say("Nothing was recorded as sent.")
    if not n:
        return say("No mail went out after the goal: the sequences stop when they should.")
    return say(
        "{n:count} of {total:count} mails went out although the customer had reached the goal; the sequence must stop"
        " then.",
        n=n, total=total,
    )  # fmt: skip


def triggers(table: DataFrame, *, days: int) -> Sentence:
    """The trigger that most customers set off, and what it must beat."""
    known = table[table["n_triggered"] > 0]
    if known.empty:
        return say("Nobody set off a trigger in the days observed.")
    row = known.loc[known["n_triggered"].idxmax()]
    values = {"trigger": str(row["trigger"]), "n": int(row["n_unbought"]), "days": days}
    if row["base_rate"] != row["base_rate"]:
        return say(
            "Most customers set off “{trigger:label}”: {n:customers} whom a mail could win. What they buy without a"
            " mail cannot be told, for some were mailed and nobody was held out, or they are fewer than 30.",
            **values,
        )
    values |= {"rate": row["base_rate"]}
    if row["base_basis"] == "base_held_out":
        return say(
            "Most customers set off “{trigger:label}”: {n:customers} whom a mail could win. Without a mail {rate:share}"
            " of them would buy within {days:days}, those mailed counted as those held out; only what a scenario adds"
            " to that counts.",
            **values,
        )
    return say(
        "Most customers set off “{trigger:label}”: {n:customers} whom a mail could win. {rate:share} buy within"
        " {days:days} without a mail; only what a scenario adds to that counts.",
        **values,
    )


def triggers_title(table: DataFrame) -> Sentence:
    """The message of the chart of triggers."""
    known = table.dropna(subset=["bought_rate"])
    if known.empty:
        return say("What customers buy after a trigger")
    row = known.loc[known["bought_rate"].idxmax()]
    return say("After “{trigger:label}”, {rate:share} buy", trigger=str(row["trigger"]), rate=row["bought_rate"])


def roll_out(table: DataFrame, *, lift: float) -> Sentence:
    """Where to start, and from which level on the effect can be seen."""
    if table.empty or not table["n_customers"].iloc[-1]:
        return say("There is no customer to begin with.")
    first = table.iloc[0]
    if not first["n_customers"]:
        return say("The focus persona holds nobody today; choose another segment to begin with.")
    enough = table[table["size_state"] == "size_enough"]
    values = {"n": int(first["n_customers"]), "lift": lift}
    if enough.empty:
        return say(
            "The focus persona holds {n:customers}. No level is large enough to see a lift of {lift:points}:"
            " expect less"
            " certainty, or a larger lift.",
            **values,
        )
    row = enough.iloc[0]
    if int(row["roll_step"]) == 1:
        return say(
            "Begin with the focus persona, {n:customers}: it is large enough to see a lift of {lift:points}"
            " ({each:customers} in each group).",
            **values, each=row["n_needed"],
        )  # fmt: skip
    return say(
        "Begin with the focus persona, {n:customers}; a lift of {lift:points} can be seen from step"
        " {step:count} on, with"
        " {m:customers} who may be mailed ({each:customers} needed in each group).",
        **values, step=int(row["roll_step"]), m=_reachable(row), each=row["n_needed"],
    )  # fmt: skip


def _reachable(row: Series) -> int:
    """Customers of a level that the scenario may be sent to; all of them where consent is not known."""
    return int(row["n_customers"] if row["n_contactable"] != row["n_contactable"] else row["n_contactable"])


def roll_out_title(table: DataFrame) -> Sentence:
    """The message of the chart of the roll-out."""
    if table.empty:
        return say("From the focus persona outward")
    if not int(table["n_customers"].iloc[0]):
        return say("Nobody fits the focus persona today")
    return say(
        "From {n:customers} of the focus persona to {m:customers}",
        n=int(table["n_customers"].iloc[0]), m=int(table["n_customers"].iloc[-1]),
    )  # fmt: skip


def persona(found: Sequence[tuple[str, str]], segment: str) -> Sentence:
    """Who the focus persona is."""
    if not found:
        return say("The focus persona is “{segment:label}”; no attribute of these customers is known.", segment=segment)
    return say(
        "The focus persona is “{segment:label}”, with the most frequent value of each attribute: {values:text}.",
        segment=segment, values=names_of([value for _, value in found]),
    )  # fmt: skip


def revival(costs: DataFrame, *, dormant_days: int) -> Sentence:
    """What a revived customer costs by mail beside a new one; of the scenario with most of them."""
    rows = costs[costs["n_approached_sent"] > 0]
    if rows.empty:
        return say("No customer silent for more than {days:days} was mailed and then observed.", days=dormant_days)
    row = rows.loc[rows["n_approached_sent"].idxmax()]
    values = {"name": str(row["scenario_name"]), "n": int(row["n_approached_sent"]), "back": int(row["n_revived"])}
    if row["cost_per_revived"] != row["cost_per_revived"]:
        return say(
            "Of {n:customers} mailed by “{name:text}” while dormant, {back:count} came back; what one costs cannot be"
            " told.",
            **values,
        )
    return _revived(row, values | {"cost": row["cost_per_revived"]})


def _revived(row: Series, values: dict[str, Any]) -> Sentence:
    """What one who came back cost, and how many of them the mails brought."""
    if row["cost_per_new"] != row["cost_per_new"]:
        return say(
            "Of {n:customers} mailed by “{name:text}” while dormant, {back:count} came back, for {cost:money}"
            " of mails each, discounts not counted; what a new customer costs cannot be told, for there is no cost of"
            " advertising.",
            **values,
        )
    values |= {"new": row["cost_per_new"]}
    if row["effect_difference"] == row["effect_difference"] and not row["effect_difference_low"] > 0:
        return say(
            "Of {n:customers} mailed by “{name:text}” while dormant, {back:count} came back, for {cost:money}"
            " of mails each, discounts not counted (a new customer: {new:money}); that any of them came because of the"
            " mails is not shown.",
            **values,
        )
    if row["cost_per_extra"] == row["cost_per_extra"]:
        return say(
            "Of {n:customers} mailed by “{name:text}” while dormant, {back:count} came back, for {cost:money} of"
            " mails each, discounts not counted; counting only those beyond who come back anyway, {extra:money}. A new"
            " customer cost {new:money}.",
            **values, extra=row["cost_per_extra"],
        )  # fmt: skip
    return say(
        "Of {n:customers} mailed by “{name:text}” while dormant, {back:count} came back, for {cost:money}"
        " of mails each, discounts not counted; how many would have come anyway cannot be told. A new customer cost"
        " {new:money}.",
        **values,
    )


def send_cost_basis(approached: DataFrame) -> Sentence:
    """Where the costs of the mails come from, of those that `send_revival.costs_by_scenario` counts."""
    shown = approached[approached["observed"].astype(bool) & (approached["group"] == "sent")]
    mails, guessed = int(shown["n_mails"].sum()), int(shown["n_guessed"].sum())
    if not mails:
        return say("No mail to a dormant customer is on record.")
    if not guessed:
        return say("The cost of every mail is as recorded with it or with its message.")
    return say(
        "For {guessed:count} of {mails:count} mails no cost is recorded; they count with our guess for their channel.",
        guessed=guessed, mails=mails,
    )  # fmt: skip


def mails_title(review: DataFrame) -> Sentence:
    """The message of the chart of mails: from least to most, and that the days to the next mail differ."""
    known = review["goal_rate"].dropna()
    if known.empty:
        return say("Goal purchases after each mail")
    return say(
        "From {low:share} to {high:share} reach the goal between a mail and the next",
        low=known.min(), high=known.max(),
    )  # fmt: skip


def effect_title(rows: DataFrame) -> Sentence:
    """The message of the chart of effects."""
    if rows.empty:
        return say("Receivers against hold-out")
    n, bad = (int((rows["effect_verdict"] == code).sum()) for code in ("effect_better", "effect_worse"))
    if bad:
        return say("{n:count} of {total:count} scenarios are shown to do harm", n=bad, total=len(rows))
    if not n:
        return say("No scenario is shown to work yet")
    return say("{n:count} of {total:count} scenarios are shown to work", n=n, total=len(rows))


def act_on_effect(compared: DataFrame) -> Sentence:
    """What to do next with the scenarios that were compared."""
    goals = compared[compared["effect_outcome"] == "outcome_goal"]
    if (goals["effect_verdict"] == "effect_worse").any():
        return say("Stop the scenario that does harm and look at its mails one by one.")
    if (goals["effect_verdict"] == "effect_better").any():
        return say("Widen the scenario that works by one step of the roll-out, and keep its hold-out.")
    if (goals["effect_verdict"] == "effect_not_clear").any():
        return say("Let the scenarios run on with their hold-out until the sizes of the roll-out table are reached.")
    return say("Hold out a share of every scenario from now on, drawn by lot, and record it with the sends.")


def concluded(compared: DataFrame, named: Mapping[str, str]) -> Sentence:
    """The one sentence on effect: of the goal that `act_on_effect` acts on, the clearest where there are several."""
    goals = compared[compared["effect_outcome"] == "outcome_goal"]
    if goals.empty:
        return say("Whether a scenario works cannot be told: nothing was recorded as sent.")
    places = goals["effect_verdict"].map({verdict: place for place, verdict in enumerate(BY_WEIGHT)})
    row = goals.assign(place=places).sort_values(["place", "pvalue"], kind="stable").iloc[0].to_dict()
    return _effect(row, str(named.get(row["scenario_id"], row["scenario_id"])))
