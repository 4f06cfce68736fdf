"""Lesson 4: what they are worth; observed LTV, gross margin, cost of a new customer and payback by medium."""

from __future__ import annotations

from crmlib.words import N_
from crmlib.workshop.exercise import Exercise, Mistake
from crmlib.workshop.lessons import worth_figures as figures

LTV = Exercise(
    id="ltv_365",
    question=N_(
        "How much has a customer brought in sales within 365 days of the first order, on average over those observed"
        " for 365 days?"
    ),
    kind="money",
    expected=figures.sales,
    mistakes=(
        Mistake(
            name="young_customers",
            value=figures.naive,
            reason=N_(
                "The sales of everybody are divided by everybody. Customers who came last month have not had their"
                " year, and they pull the figure down the more, the faster the shop grows."
            ),
        ),
        Mistake(
            name="wrong_window",
            value=figures.so_far,
            reason=N_(
                "These are all sales so far for each customer: of some three years of buying, of others a few days."
                " An LTV says up to which day it counts."
            ),
        ),
        Mistake(
            name="orders_for_customers",
            value=figures.average_order,
            reason=N_("This is the average order value. A customer brings as many of them as there are orders."),
        ),
        Mistake(
            name="survivors_only",
            value=figures.of_active,
            reason=N_(
                "These are last year's sales for each customer who bought in it. Whoever had left is missing, and"
                " loyal customers of many years are in it."
            ),
        ),
    ),
    hints=(
        N_("Whose first year is over? Only their sales count, and only they are counted."),
        N_("The row of `sums` with `day` 365 has `amount` and `n_eligible`, both of those observed so long."),
        N_("`ltv.first_year(sums).value` does the same."),
    ),
    why=N_("Every customer in it has had the same 365 days, so that growth and old age leave the figure alone."),
)

PROFIT = Exercise(
    id="profit_365",
    question=N_("How much gross profit has a customer brought within 365 days, on average over the same customers?"),
    kind="money",
    expected=figures.profit,
    mistakes=(
        Mistake(
            name="sales_for_margin",
            value=figures.sales,
            reason=N_(
                "These are sales. The goods have to be paid out of them before anything is left for advertising."
            ),
        ),
        Mistake(
            name="mean_of_shares",
            value=figures.by_mean_margin,
            reason=N_(
                "The sales were multiplied by the plain mean of the products' margins. Products that sell a lot must"
                " weigh more, and discounts lower the margin of what is really sold."
            ),
        ),
        Mistake(
            name="wrong_window",
            value=lambda lesson: figures.profit(lesson, figures.HALF_YEAR),
            reason=N_("This is the gross profit of the first 180 days."),
        ),
    ),
    hints=(
        N_("Which column of `sums` holds sales, and which gross profit?"),
        N_('`ltv.first_year` takes `measure="profit"`.'),
    ),
    why=N_("Gross profit is what the goods leave over: the only money out of which a new customer can be paid."),
)

CPA = Exercise(
    id="cost_of_a_customer",
    question=N_("What has a new customer cost, all media with a cost taken together?"),
    kind="money",
    expected=figures.cpa,
    mistakes=(
        Mistake(
            name="mean_of_shares",
            value=lambda lesson: float(figures.paid(lesson)["cpa"].mean()),
            reason=N_(
                "This is the plain mean of the media's costs of a customer. A medium that brought few customers weighs"
                " as much in it as one that brought many."
            ),
        ),
        Mistake(
            name="wrong_denominator",
            value=figures.cpa_of_all,
            reason=N_(
                "Customers whose medium is not known are in the denominator, although nothing was spent on them that we"
                " know of. It makes a customer look cheaper."
            ),
        ),
        Mistake(
            name="orders_for_customers",
            value=figures.per_order,
            reason=N_("The cost was divided by orders. Repeat orders are not won by advertising a second time."),
        ),
        Mistake(
            name="not_asked",
            value=figures.per_main_customer,
            reason=N_(
                "This is the CPO: the cost of a customer of the main product, trials counted at their pull-up rate. The"
                " question asks for every new customer."
            ),
        ),
    ),
    hints=(
        N_("Add up first, divide afterwards: the cost of all these media by the new customers of all these media."),
        N_("In `paid` these are the columns `cost` and `n_customers`."),
    ),
    why=N_("Costs and customers are added up over the media and divided once, so every customer weighs the same."),
)

PAYBACK = Exercise(
    id="paid_back",
    question=N_(
        "Which media have won back the cost of a new customer within six months (of 30 days), by gross profit? Give"
        " their names."
    ),
    kind="ids",
    expected=figures.paid_back,
    mistakes=(
        Mistake(
            name="sales_for_margin",
            value=lambda lesson: figures.paid_back(lesson, "amount"),
            reason=N_("By sales a medium pays back sooner than it really does: the cost of the goods is not in it."),
        ),
        Mistake(
            name="first_order_only",
            value=figures.by_first_order,
            reason=N_("Only the first order is set against the cost here (MR). The customers bought again afterwards."),
        ),
    ),
    hints=(
        N_("The table `months_back` says in which month each medium had its cost back, if it had."),
        N_("Choose the rows of `months_back` whose `payback_month` is 6 or less, and take the column `media`."),
    ),
    why=N_("The cost is set against gross profit, day by day, of customers observed so long."),
)

SAID = Exercise(
    id="may_say",
    question=N_("Which of these sentences may be said when the budget is discussed?"),
    kind="choice",
    expected=lambda _: "b",
    options=(
        ("a", N_("“A customer's LTV is the sales of a year, so a new customer may cost as much.”")),
        (
            "b",
            N_(
                "“We raise only the media whose gross profit of a year surely covers their cost, at the lower end of"
                " the interval too.”"
            ),
        ),
        ("c", N_("“The first order does not cover the cost of the medium, so we stop it.”")),
        ("d", N_("“Twice the budget brings twice the customers, at the same cost each.”")),
    ),
    mistakes=(
        Mistake(
            name="sales_for_margin",
            value=lambda _: "a",
            reason=N_("The goods have to be paid for as well. What a customer may cost is measured by gross profit."),
        ),
        Mistake(
            name="first_order_only",
            value=lambda _: "c",
            reason=N_(
                "Mail order earns with the second order and those after it; a medium is judged by the whole year."
            ),
        ),
        Mistake(
            name="too_sure",
            value=lambda _: "d",
            reason=N_("The figures tell what the customers so far have cost. The next ones are usually dearer."),
        ),
    ),
    hints=(
        N_("Ask of each sentence: sales or gross profit, first order or whole year, seen or hoped for?"),
        N_("Of a small medium the mean alone says little; which sentence takes that into account?"),
    ),
    why=N_("It sets gross profit against cost, over a whole year, and is cautious where few customers were observed."),
)

EXERCISES = (LTV, PROFIT, CPA, PAYBACK, SAID)
