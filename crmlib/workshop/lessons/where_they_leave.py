"""Lesson 3: where they leave; F2 within a window, the curve of those who come back, cohorts."""

from __future__ import annotations

from crmlib.words import N_
from crmlib.workshop.exercise import Exercise, Mistake
from crmlib.workshop.lessons import leaving_figures as figures

F2 = Exercise(
    id="f2_rate",
    question=N_(
        "What share of new customers buys a second time within 180 days of the first order, among those observed for"
        " 180 days?"
    ),
    kind="share",
    expected=lambda lesson: figures.first_step(lesson)["step_rate"],
    mistakes=(
        Mistake(
            name="young_customers",
            value=lambda lesson: figures.first_step(lesson)["naive_step_rate"],
            reason=N_(
                "This divides everybody with a second order by all customers. Those who first bought last month are in"
                " the denominator although their 180 days have hardly begun, and second orders after the 180 days are"
                " counted."
            ),
        ),
        Mistake(
            name="young_customers",
            value=figures.back_soon,
            reason=N_(
                "The 180 days are in the numerator only. In the denominator, too, only customers may stand whose first"
                " order lies at least 180 days before the base date."
            ),
        ),
        Mistake(
            name="survivors_only",
            value=figures.buyers_of_the_period,
            reason=N_(
                "This is the share of repeaters among those who bought in the last 180 days (リピーター率). Whoever"
                " left did not buy and is not in it, so it looks far too good."
            ),
        ),
        Mistake(
            name="wrong_window",
            value=figures.back_at_any_time,
            reason=N_(
                "The denominator is right, but second orders count that came after more than 180 days. Old customers"
                " had years for theirs, younger ones half a year."
            ),
        ),
        Mistake(
            name="orders_for_customers",
            value=figures.repeat_orders,
            reason=N_("This is the share of repeat orders among all orders. The question asks about customers."),
        ),
    ),
    hints=(
        N_("Who had 180 days to come back? Only they can be counted, above and below the line."),
        N_("`first_day` must be at most `shop.as_of_day - 180`. Of these, who has `next_days` of 180 or less?"),
        N_('`observed` holds those who had the time. The share is `(observed["next_days"] <= 180).mean()`.'),
    ),
    why=N_("Numerator and denominator hold the same customers, each of them observed for the same 180 days."),
)

CURVE = Exercise(
    id="returned_in_year",
    question=N_(
        "By the curve of the survival analysis (Kaplan–Meier): what share of new customers has bought again 365 days"
        " after the first order?"
    ),
    kind="share",
    expected=figures.returned,
    mistakes=(
        Mistake(
            name="survivors_only",
            value=figures.of_those_who_came,
            reason=N_(
                "This divides by those who came back. Those who never did are the ones in question, and they are"
                " missing."
            ),
        ),
        Mistake(
            name="young_customers",
            value=lambda lesson: figures.back_soon(lesson, figures.RETURN_DAY),
            reason=N_(
                "This divides by all customers. The curve counts those who first bought a week ago for that one week,"
                " and not as if they had stayed away for a year."
            ),
        ),
        Mistake(
            name="rest_for_part",
            value=lambda lesson: 1 - figures.returned(lesson),
            reason=N_("This is the height of the survival curve: the share that has not come back yet."),
        ),
        Mistake(
            name="not_asked",
            value=figures.windowed,
            reason=N_(
                "This is the windowed rate of those observed for 365 days: an honest figure, but not the curve's, which"
                " also uses the customers observed for less."
            ),
        ),
    ),
    hints=(
        N_("The curve shows who has not come back yet. You are asked for the others."),
        N_("`survival.share_past(curve, 365).value` is the share that has not come back by day 365."),
    ),
    why=N_("The curve uses every customer for as long as they were observed, and nobody for longer."),
)

COHORT = Exercise(
    id="month_3_sales",
    question=N_(
        "Over all cohorts observed so far: how much does a new customer buy in the third month after the month of the"
        " first order?"
    ),
    kind="money",
    expected=figures.pooled,
    mistakes=(
        Mistake(
            name="mean_of_shares",
            value=figures.mean_of_cohorts,
            reason=N_(
                "This is the plain mean of the cohorts' figures: a small cohort weighs as much as a large one. Add up"
                " first, then divide."
            ),
        ),
        Mistake(
            name="young_customers",
            value=figures.over_all_cohorts,
            reason=N_(
                "The denominator holds cohorts whose third month has not come yet. An empty cell of the table is no"
                " zero; it is not yet observed."
            ),
        ),
        Mistake(
            name="survivors_only",
            value=figures.of_those_who_bought,
            reason=N_(
                "The sales were divided by those who bought in that month. Whoever had left brings nothing and belongs"
                " in the denominator."
            ),
        ),
        Mistake(
            name="wrong_window",
            value=lambda lesson: figures.pooled(lesson, figures.COHORT_MONTH - 1),
            reason=N_("This is the month before: the month of the first order is month 0, not month 1."),
        ),
    ),
    hints=(
        N_("Which cells of the column for month 3 are observed? Only their cohorts belong in the denominator."),
        N_("`retention.pooled(cohorts)` adds up customers and sales over the observed cells."),
        N_("The row with `k` equal to 3 has `amount_per_customer`."),
    ),
    why=N_(
        "Sales and customers are added up over the observed cohorts and divided once, so every customer weighs the"
        " same."
    ),
)

SAID = Exercise(
    id="may_say",
    question=N_("Which of these sentences may be said in the meeting?"),
    kind="choice",
    expected=lambda _: "c",
    options=(
        (
            "a",
            N_("“The cohorts of the last months buy less often a second time, so the new customers have got worse.”"),
        ),
        ("b", N_("“From the fifth purchase on nine of ten go on; whoever we get to five purchases becomes loyal.”")),
        ("c", N_("“Most of the customers we lose are lost between the first order and the second.”")),
        ("d", N_("“Those who came back took about a month; whoever has been silent for two months is lost.”")),
    ),
    mistakes=(
        Mistake(
            name="young_customers",
            value=lambda _: "a",
            reason=N_("The latest cohorts have had less time. Compare them at an age that all have reached."),
        ),
        Mistake(
            name="survivors_only",
            value=lambda _: "b",
            reason=N_(
                "Those who reach the fifth purchase are the ones who stay anyway. That the step rate rises does not"
                " show that five purchases make anybody loyal."
            ),
        ),
        Mistake(
            name="survivors_only",
            value=lambda _: "d",
            reason=N_(
                "This looks at those who came back only, and at the fast ones among them. The curve still rises after"
                " two months."
            ),
        ),
    ),
    hints=(
        N_("Three of the sentences compare customers who could not yet do it, or leave out those who did not."),
        N_("Look at the chart of the steps: where does the line fall most?"),
    ),
    why=N_("It follows from the cumulative rate of customers who were all observed long enough, and names no cause."),
)

EXERCISES = (F2, CURVE, COHORT, SAID)
