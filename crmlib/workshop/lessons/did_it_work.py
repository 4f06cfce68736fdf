"""Lesson 6: did it work; a difference with its interval, broken arms, picked by hand, looking early."""

from __future__ import annotations

from crmlib.words import N_
from crmlib.workshop.exercise import Exercise, Mistake
from crmlib.workshop.lessons import trial_figures as figures

EFFECT = Exercise(
    id="effect",
    question=N_(
        "EX01, the follow-up call after the third delivery: by how much does the share that ordered again within 60"
        " days differ, call arm less control, among all who were assigned?"
    ),
    kind="points",
    expected=lambda lesson: figures.trial(lesson, figures.CALL)["difference"],
    mistakes=(
        Mistake(
            name="treated_only",
            value=figures.ordered_of_treated,
            reason=N_(
                "Orders of those who could not be reached were left out of the call arm. They were"
                " assigned to that arm, so what they ordered counts there."
            ),
        ),
        Mistake(
            name="treated_only",
            value=figures.of_treated,
            reason=N_(
                "Of the call arm only those who were reached are in it. Whoever picks up the telephone is a better"
                " customer to begin with; the control arm was not sorted like that."
            ),
        ),
        Mistake(
            name="looking_early",
            value=figures.early,
            reason=N_(
                "This is the difference after five weeks. The plan said 60 days, before anybody had seen a figure."
            ),
        ),
        Mistake(
            name="points_for_change",
            value=lambda lesson: figures.trial(lesson, figures.CALL)["relative"],
            reason=N_("This is the relative change (the difference divided by the control's share)."),
        ),
        Mistake(
            name="other_way_round",
            value=lambda lesson: -figures.trial(lesson, figures.CALL)["difference"],
            reason=N_("The sign is turned round: treatment less control."),
        ),
        Mistake(
            name="no_control",
            value=lambda lesson: figures.trial(lesson, figures.CALL)["value_treatment"],
            reason=N_("This is the share of the call arm. Most of these customers would have ordered without a call."),
        ),
    ),
    hints=(
        N_("Everybody counts in the arm they were assigned to, reached or not, over the 60 days that were planned."),
        N_("The row of `results` for EX01 has `value_control`, `value_treatment` and `difference`."),
        N_("Write points as a share: a difference of 7.8 points is 0.078."),
    ),
    why=N_("As assigned, over the planned window: so the two arms differ by nothing but the call."),
)

LOW = Exercise(
    id="effect_low",
    question=N_("What is the lower end of the 95% interval of this difference?"),
    kind="points",
    expected=lambda lesson: figures.trial(lesson, figures.CALL)["difference_low"],
    mistakes=(
        Mistake(
            name="ends_subtracted",
            value=figures.ends_subtracted,
            reason=N_(
                "The lower end of one arm less the upper end of the other: both would have to be unlucky at once. The"
                " interval of a difference is narrower than that."
            ),
        ),
        Mistake(
            name="without_interval",
            value=lambda lesson: figures.trial(lesson, figures.CALL)["difference"],
            reason=N_("This is the difference itself. How much smaller may it be?"),
        ),
        Mistake(
            name="other_end",
            value=lambda lesson: figures.trial(lesson, figures.CALL)["difference_high"],
            reason=N_("This is the upper end of the interval."),
        ),
        Mistake(
            name="not_asked",
            value=lambda lesson: figures.trial(lesson, figures.CALL)["relative_low"],
            reason=N_("This is the lower end of the relative change, not of the difference in points."),
        ),
    ),
    hints=(
        N_("A difference has an interval of its own; it is not made from the intervals of the arms."),
        N_("The row of `results` for EX01 has `difference_low`."),
    ),
    why=N_(
        "Above zero, chance alone hardly explains the difference; at or below zero, a call that does nothing can give"
        " such figures."
    ),
)

ARMS = Exercise(
    id="arms_said",
    question=N_("EX03, the winter mail: look at the size of its arms first. What do you say?"),
    kind="choice",
    expected=figures.arms_said,
    options=(
        ("a", N_("“The mail arm brought more a head, so the mail worked. The size of the arms does not matter.”")),
        (
            "b",
            N_(
                "“The arms do not have the sizes planned (p below 0.001). We read no difference until we know who is"
                " missing.”"
            ),
        ),
        ("c", N_("“The sizes can still be chance (p of 0.001 or more). We may read the difference and its interval.”")),
        ("d", N_("“We leave customers of the larger arm out at random until both have the same size.”")),
    ),
    mistakes=(
        Mistake(
            name="arms_not_checked",
            value=lambda _: "a",
            reason=N_(
                "If customers are missing from one arm, and not by chance, the two arms differ before the mail. A"
                " figure a head does not mend that."
            ),
        ),
        Mistake(
            name="arms_not_checked",
            value=lambda lesson: "c" if figures.arms_said(lesson) == "b" else "b",
            reason=N_("Look at `ratio_pvalue` once more: is it below 0.001 or not?"),
        ),
        Mistake(
            name="too_sure",
            value=lambda _: "d",
            reason=N_("Equal sizes are not equal customers: those who are missing would still be missing."),
        ),
    ),
    hints=(
        N_("Half and half was planned. How probable are the sizes in `results` if chance alone decided?"),
        N_("`ratio_pvalue` of EX03: below 0.001 chance alone does not explain the sizes."),
    ),
    why=N_("The sizes come before the result: arms that were not filled at random compare different customers."),
)

BEFORE = Exercise(
    id="gap_before",
    question=N_(
        "EX04, the thank-you call to customers whom the staff picked: by how much did the two groups differ BEFORE the"
        " call, in the share with an order in the 60 days before, called less not called?"
    ),
    kind="points",
    expected=figures.gap_before,
    mistakes=(
        Mistake(
            name="not_asked",
            value=lambda lesson: figures.trial(lesson, figures.BY_HAND)["difference"],
            reason=N_("This is the difference after the call. The question asks about the 60 days before it."),
        ),
        Mistake(
            name="orders_for_customers",
            value=figures.orders_before,
            reason=N_("This is the difference in orders a head. The question asks for the share with any order."),
        ),
        Mistake(
            name="other_way_round",
            value=lambda lesson: -figures.gap_before(lesson),
            reason=N_("The sign is turned round: called less not called."),
        ),
    ),
    hints=(
        N_("`pre_orders` of the table `picked` has the orders of the 60 days before the call."),
        N_("For each `arm`: what share has `pre_orders` above 0?"),
    ),
    why=N_(
        "The groups differed before anybody was called; what they differ by afterwards is not the call's doing alone."
    ),
)

SAID = Exercise(
    id="may_say",
    question=N_("Which of these sentences is fit for the minutes of the meeting?"),
    kind="choice",
    expected=lambda _: "d",
    options=(
        ("a", N_("“Customers who got a thank-you call order again far more often, so we call everybody.”")),
        ("b", N_("“Since the magazine was renewed sales have moved; that is the effect of the renewal.”")),
        ("c", N_("“Of those who picked up the telephone more ordered again than in the control; that is the effect.”")),
        ("d", N_("“Of all who were assigned at random, the arms differ by so many points, with this interval.”")),
    ),
    mistakes=(
        Mistake(
            name="picked_by_hand",
            value=lambda _: "a",
            reason=N_("The staff called their best customers. Those order more, with a call and without one."),
        ),
        Mistake(
            name="before_after",
            value=lambda _: "b",
            reason=N_("Season, price and advertising changed as well. Without a control they cannot be told apart."),
        ),
        Mistake(
            name="treated_only",
            value=lambda _: "c",
            reason=N_(
                "Whoever picks up the telephone, or opens the mail, is a better customer to begin with. The control arm"
                " was not sorted like that."
            ),
        ),
    ),
    hints=(
        N_("Ask of each sentence: with whom is it compared, who chose them, and when was the end agreed?"),
        N_("Only one of them names random assignment, everybody assigned, and an interval."),
    ),
    why=N_("It says who was compared, that chance decided, how large the difference is and how sure."),
)

EXERCISES = (EFFECT, LOW, ARMS, BEFORE, SAID)
