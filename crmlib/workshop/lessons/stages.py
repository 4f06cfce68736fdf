"""Lesson 2: who is at which stage; recency from the base date, the steps of CPM, who is about to leave."""

from __future__ import annotations

from crmlib.words import N_
from crmlib.workshop.exercise import Exercise, Mistake
from crmlib.workshop.lessons import stages_figures as figures

COUNT = Exercise(
    id="n_customers",
    question=N_("How many customers have bought at least once up to the base date?"),
    kind="customers",
    expected=lambda lesson: len(figures.customers(lesson)),
    mistakes=(
        Mistake(
            name="orders_for_customers",
            value=figures.n_orders,
            reason=N_(
                "That is the number of orders. Whoever ordered ten times is in it ten times; a customer is one"
                " customer id, however many orders stand behind it."
            ),
        ),
        Mistake(
            name="all_for_buyers",
            value=figures.n_members,
            reason=N_(
                "That is the number of registered members. Some of them asked for a brochure or a sample and have"
                " never bought; whoever has bought nothing has no recency and no frequency."
            ),
        ),
        Mistake(
            name="wrong_window",
            value=figures.n_within_a_year,
            reason=N_("Those are the customers who bought within the last year. The question sets no such limit."),
        ),
    ),
    hints=(
        N_("What is one row of the table `customers`, and what is one row of `shop.orders`?"),
        N_("`aggregates.customer_table` has one row a customer. `len()` counts the rows."),
    ),
    why=N_("One row a customer, one customer counted once: every share of this lesson is divided by this number."),
)

RECENT = Exercise(
    id="n_recent",
    question=N_("How many customers have a recency of 60 days or less, counted from the base date?"),
    kind="customers",
    expected=figures.n_recent,
    mistakes=(
        Mistake(
            name="recency_from_today",
            value=figures.n_recent_from_meeting,
            reason=N_(
                "Recency was counted from the day of the meeting. The export ends at the base date; of the weeks"
                " since then nothing is known, so everybody looks more silent than they are."
            ),
        ),
        Mistake(
            name="recency_from_today",
            value=figures.n_recent_from_now,
            reason=N_("Recency was counted from the day on which you sit here, not from the end of the export."),
        ),
        Mistake(
            name="orders_for_customers",
            value=figures.n_recent_orders,
            reason=N_("Those are the orders of the last 60 days. Some customers placed two or three of them."),
        ),
        Mistake(
            name="wrong_group",
            value=figures.n_recently_new,
            reason=N_(
                "Those are the customers whose first order lies within the 60 days. Recency looks at the last order."
            ),
        ),
    ),
    hints=(
        N_("Recency is the number of days from the last order to the base date, not to the day on which you read it."),
        N_("`recency_days` of the table `customers` is counted from `shop.as_of_day`. Which rows have 60 or less?"),
    ),
    why=N_("Recency ends where the data end. An old export read with today's date makes living customers look dead."),
)

LEFT = Exercise(
    id="left_after_first",
    question=N_("What share of all customers bought once and has left, silent for 240 days or more?"),
    kind="share",
    expected=lambda lesson: figures.share(lesson, figures.once(lesson) & figures.left(lesson)),
    mistakes=(
        Mistake(
            name="new_called_lapsed",
            value=lambda lesson: figures.share(lesson, figures.once(lesson)),
            reason=N_(
                "Everybody with a single order was counted as left. Some of them bought for the first time last"
                " month: they are new and still have the time to come back."
            ),
        ),
        Mistake(
            name="wrong_denominator",
            value=lambda lesson: figures.share(
                lesson, figures.once(lesson) & figures.left(lesson), of=figures.once(lesson)
            ),
            reason=N_("That is the share among the customers who bought once. The question asks for it among all."),
        ),
        Mistake(
            name="recency_from_today",
            value=figures.left_from_meeting,
            reason=N_(
                "The silence was counted up to the day of the meeting. Up to the base date fewer of them have been"
                " silent for 240 days."
            ),
        ),
        Mistake(
            name="wrong_group",
            value=lambda lesson: figures.share(lesson, figures.left(lesson)),
            reason=N_("All who have left are in it, also those who had bought several times."),
        ),
    ),
    hints=(
        N_("Two things must be true of a customer: one order only, and already left."),
        N_('In `groups` it is the row with `cpm_step` "first_time" and `standing` "has_left".'),
        N_("`share_customers` of that row is the share of all customers."),
    ),
    why=N_(
        "A single order is the state of the newest and of the oldest customers alike; only the silence tells them"
        " apart."
    ),
)

LIST = Exercise(
    id="about_to_leave",
    question=N_(
        "Which excellent customers are still active and will count as left within the next 60 days if they stay"
        " silent? Give their customer ids."
    ),
    kind="ids",
    expected=figures.about_to_leave,
    mistakes=(
        Mistake(
            name="wrong_group",
            value=lambda lesson: figures.leaving_soon(lesson)["customer_id"].tolist(),
            reason=N_("Customers of every step are on this list. The desk can call the excellent ones only."),
        ),
        Mistake(
            name="too_late",
            value=lambda lesson: figures.excellent(lesson, "has_left"),
            reason=N_(
                "These have been silent for 240 days and more: they have left already. The question asks for those"
                " who can still be held."
            ),
        ),
        Mistake(
            name="wrong_window",
            value=lambda lesson: figures.excellent(lesson, "still_active"),
            reason=N_(
                "All active excellent customers are on this list, also those who ordered last week. Nobody needs to"
                " hold those."
            ),
        ),
    ),
    hints=(
        N_("`soon` has the customers of every step who are about to leave. What distinguishes the ones you want?"),
        N_('Choose the rows of `soon` whose `cpm_step` is "excellent" and take the column `customer_id`.'),
    ),
    why=N_("A list is short when it is right: the highest step, still active, and the silence about to end it."),
)

SAID = Exercise(
    id="may_say",
    question=N_("Which of these sentences do the figures of this lesson carry?"),
    kind="choice",
    expected=lambda _: "b",
    options=(
        ("a", N_("“Customers who have left were not satisfied with the product.”")),
        (
            "b",
            N_(
                "“The excellent customers are a small part of all customers and bring a far larger part of the sales so"
                " far.”"
            ),
        ),
        ("c", N_("“If we send a postcard to all who left after the first order, that share will come down.”")),
        ("d", N_("“The champions of RFM are our fans; we can leave them alone.”")),
    ),
    mistakes=(
        Mistake(
            name="cause_from_correlation",
            value=lambda _: "a",
            reason=N_("RFM and CPM show that somebody is silent, not why. For the reason the customers must be asked."),
        ),
        Mistake(
            name="too_sure",
            value=lambda _: "c",
            reason=N_(
                "What a postcard changes is not in these figures. It takes a group that is not written to; that is"
                " lesson 6."
            ),
        ),
        Mistake(
            name="spending_for_love",
            value=lambda _: "d",
            reason=N_("Who buys much is not for that reason a fan. What customers think of the shop is lesson 5."),
        ),
    ),
    hints=(
        N_("Orders say who bought what and when. Which of the sentences needs nothing else?"),
        N_("Three of the sentences speak of a reason, of an effect or of a feeling."),
    ),
    why=N_("It counts customers and sales at the base date and claims nothing beyond them."),
)

EXERCISES = (COUNT, RECENT, LEFT, LIST, SAID)
