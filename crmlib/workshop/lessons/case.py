"""The case: the meeting at the month's end, in which all the lessons come together in money."""

from __future__ import annotations

from numbers import Real

from crmlib.words import N_, Sentence, say
from crmlib.workshop.exercise import Exercise, Mistake
from crmlib.workshop.lessons import case_figures as figures
from crmlib.workshop.lessons.stages_figures import customers

ROLL_OUT = N_(
    "I propose one measure first: the follow-up call after the third delivery, for all but a tenth that we hold out. A"
    " randomised trial has measured its effect; even counted cautiously, calling everybody would bring {gain:money} a"
    " year after its cost. When enough of those held out have been observed I report the difference with its interval."
)
LARGER_TRIAL = N_(
    "I propose one measure first, and as a trial: the follow-up call after the third delivery, in larger arms. Counted"
    " cautiously it stands at {gain:money} a year after its cost, too early for a rule. When the arms are full I report"
    " whether it pays."
)


def proposal(gain: float | None) -> Sentence:
    """What is proposed to the director, by the sign of the cautious gain."""
    return say(ROLL_OUT if isinstance(gain, Real) and gain > 0 else LARGER_TRIAL, gain=gain)


STAKE = Exercise(
    id="at_stake",
    question=N_(
        "Lesson 2: how much have the excellent customers who are about to leave (silent for 180 to 239 days) brought in"
        " sales within the last 365 days?"
    ),
    kind="money",
    expected=figures.at_stake,
    mistakes=(
        Mistake(
            name="wrong_window",
            value=lambda lesson: int(figures.to_be_called(lesson)["amount"].sum()),
            reason=N_("These are all their sales so far, of up to three years. What is at stake a year is asked."),
        ),
        Mistake(
            name="wrong_group",
            value=lambda lesson: figures.sales_of_a_year(lesson, figures.leaving_soon(lesson)["customer_id"]),
            reason=N_("Customers of every step are in it. The call is for the excellent ones."),
        ),
        Mistake(
            name="wrong_group",
            value=figures.of_every_excellent,
            reason=N_("All active excellent customers are in it, also those who are not about to leave."),
        ),
    ),
    hints=(
        N_("The list is `called`; the sales of the last 365 days stand in `year`. Which rows of `year` are wanted?"),
        N_('`year["customer_id"].isin(called["customer_id"])` chooses the rows; then add up `amount`.'),
    ),
    why=N_("It is what the shop would miss in a year if all of them left; a call saves a part of it at best."),
)

LOST = Exercise(
    id="lost_trials",
    question=N_(
        "Lesson 3: of the customers who began with a trial in the latest year that has been observed for 180 days, how"
        " many did not buy again within 180 days?"
    ),
    kind="customers",
    expected=lambda lesson: figures.not_back(figures.began_with_trial(lesson)),
    mistakes=(
        Mistake(
            name="young_customers",
            value=lambda lesson: figures.not_back(figures.latest_trials(lesson)),
            reason=N_(
                "The latest 365 days were taken. Who had a trial last month may still come back; only those who have"
                " had their 180 days are lost."
            ),
        ),
        Mistake(
            name="rest_for_part",
            value=lambda lesson: (
                len(figures.began_with_trial(lesson)) - figures.not_back(figures.began_with_trial(lesson))
            ),
            reason=N_("These are the ones who did come back."),
        ),
        Mistake(
            name="wrong_window",
            value=lambda lesson: int(figures.began_with_trial(lesson)["next_days"].isna().sum()),
            reason=N_("Those who came back after more than 180 days were left out. Within the window they did not."),
        ),
        Mistake(
            name="wrong_group",
            value=lambda lesson: len(figures.began_with_trial(lesson)),
            reason=N_("These are all who began with a trial, also those who bought again."),
        ),
    ),
    hints=(
        N_("`began` holds the right customers. Who of them has no `next_days` of 180 or less?"),
        N_("Take the number of all of `began` and subtract those with `next_days` of 180 or less."),
    ),
    why=N_("Everybody in it had 180 days; of all beginnings it is the one that loses most customers in a year."),
)

NET = Exercise(
    id="net_of_media",
    question=N_(
        "Lesson 4: what does a new customer of SNS広告 leave over in the first year, gross profit less what a new"
        " customer costs there?"
    ),
    kind="money",
    expected=figures.net,
    mistakes=(
        Mistake(
            name="sales_for_margin",
            value=lambda lesson: figures.net(lesson, "ltv"),
            reason=N_("Sales were set against the cost. The goods have not been paid for."),
        ),
        Mistake(
            name="costs_left_out",
            value=lambda lesson: float(figures.medium(lesson)["profit"]),
            reason=N_("This is the gross profit. What the customer cost has not been taken off."),
        ),
        Mistake(
            name="young_customers",
            value=lambda lesson: figures.net(lesson, "ltv_naive"),
            reason=N_("These are sales of everybody divided by everybody, also by those whose year is not over."),
        ),
        Mistake(
            name="not_asked",
            value=lambda lesson: figures.net(lesson, spent="cpo"),
            reason=N_(
                "The CPO was taken off, the cost of a customer of the main product; a new customer costs the CPA."
            ),
        ),
    ),
    hints=(
        N_("In `media` one row is SNS広告. Which column is gross profit of a year, which the cost of a new customer?"),
        N_("`profit` less `cpa`."),
    ),
    why=N_("So much is left of an average customer so far; the next ones, won with more money, usually leave less."),
)

GAIN = Exercise(
    id="cautious_gain",
    question=N_(
        "Lesson 6: what would the follow-up call bring in a year, counted cautiously: third deliveries of a year ×"
        " (lower end of the difference × worth of a contract that goes on − cost of a call)?"
    ),
    kind="money",
    expected=figures.gain,
    mistakes=(
        Mistake(
            name="too_sure",
            value=lambda lesson: figures.gain(lesson, "difference"),
            reason=N_("The difference itself was used. Counted cautiously, it is the lower end of its interval."),
        ),
        Mistake(
            name="no_control",
            value=lambda lesson: figures.gain(lesson, "value_treatment"),
            reason=N_(
                "The share of the call arm was used. Most of these would have gone on without a call; only the"
                " difference to the control is its doing."
            ),
        ),
        Mistake(
            name="sales_for_margin",
            value=lambda lesson: figures.gain(lesson, measure="amount"),
            reason=N_("A contract that goes on was counted with its sales instead of its gross profit."),
        ),
        Mistake(
            name="costs_left_out",
            value=figures.without_cost,
            reason=N_("The cost of the calls has not been taken off."),
        ),
        Mistake(
            name="wrong_group",
            value=lambda lesson: figures.gain(lesson, n=len(customers(lesson))),
            reason=N_("All customers were multiplied. Only who receives a third delivery in the year is called."),
        ),
    ),
    hints=(
        N_("Four figures are needed, and the cells above have shown each: calls, difference, worth, cost."),
        N_("The first factor is `n_calls`, the lower end is `difference_low`."),
        N_("`n_calls * (difference_low * worth - cost)`"),
    ),
    why=N_("If even the lower end pays, the call may be rolled out; if not, the trial goes on and is made larger."),
)

FIRST = Exercise(
    id="first_measure",
    question=N_("Which one do you propose to the director?"),
    kind="choice",
    expected=figures.first,
    options=(
        ("a", N_("Thank-you calls to the excellent customers: those called ordered far more often.")),
        (
            "b",
            N_("A coupon after the trial: most are lost there, so most is to be gained there."),
        ),
        (
            "c",
            N_("The follow-up call for all but a tenth: even the cautious gain is above zero."),
        ),
        ("d", N_("The follow-up call as a larger trial: its cautious gain is not above zero yet.")),
        ("e", N_("More budget for SNS広告: customers leave money over, so the next ones will too.")),
        (
            "f",
            N_("Raise the NPS: those who score high stay, so a higher score makes them stay."),
        ),
    ),
    mistakes=(
        Mistake(
            name="picked_by_hand",
            value=lambda _: "a",
            reason=N_("The staff had picked the best ones to call. How many would have ordered anyway, nobody knows."),
        ),
        Mistake(
            name="loss_for_gain",
            value=lambda _: "b",
            reason=N_(
                "The largest loss shows where to look, not what helps. Nobody has tried the coupon with a control."
            ),
        ),
        Mistake(
            name="without_interval",
            value=lambda lesson: "d" if figures.first(lesson) == "c" else "c",
            reason=N_("Look at your cautious gain again: is it above zero or not?"),
        ),
        Mistake(
            name="too_sure",
            value=lambda _: "e",
            reason=N_("What the customers so far have left over is a mean; the next ones are usually dearer."),
        ),
        Mistake(
            name="cause_from_correlation",
            value=lambda _: "f",
            reason=N_(
                "Daily users score higher and stay longer. That does not show that a higher score makes them stay."
            ),
        ),
    ),
    hints=(
        N_("Which of the proposals rests on random assignment, and not on who was chosen or who happened to answer?"),
        N_("Two of them do, and they differ in one point: is the cautious gain above zero?"),
    ),
    why=N_(
        "It is the one proposal whose effect a randomised trial has measured, and the lower end"
        " of the money decides how far to go."
    ),
)

EXERCISES = (STAKE, LOST, NET, GAIN, FIRST)
