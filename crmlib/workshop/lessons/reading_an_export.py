"""Lesson 1, reading an export: orders, sales, customers and the last month, from a file of order lines."""

from __future__ import annotations

from crmlib.words import N_
from crmlib.workshop.exercise import Exercise, Mistake
from crmlib.workshop.lessons import export_figures as figures

N_ORDERS = Exercise(
    id="n_orders",
    question=N_("How many orders does the export hold, whatever became of them?"),
    kind="orders",
    expected=lambda lesson: figures.orders(lesson)["注文番号"].nunique(),
    mistakes=(
        Mistake(
            name="lines_for_orders",
            value=lambda lesson: len(figures.handed(lesson)),
            reason=N_("This is the number of rows. An order of three products has three rows: count order numbers."),
        ),
        Mistake(
            name="lines_for_orders",
            value=lambda lesson: len(figures.handed(lesson).drop_duplicates()),
            reason=N_("These are rows without the copies. An order of three products still has three rows."),
        ),
        Mistake(
            name="blank_counted",
            value=lambda lesson: figures.handed(lesson)["注文番号"].nunique(),
            reason=N_("Not everything in the column is an order number. Look at the values that are no digits."),
        ),
        Mistake(
            name="customers_for_orders",
            value=lambda lesson: figures.handed(lesson)["会員ID"].nunique(),
            reason=N_("This counts members. A member can have many orders."),
        ),
    ),
    hints=(
        N_("Which column tells orders apart? Look at the rows of one order."),
        N_("Keep the rows whose 注文番号 is made of digits: lines['注文番号'].str.fullmatch('[0-9]+')."),
        N_("Count the different ones among them with .nunique()."),
    ),
    why=N_("A row is a line of an order; orders are told apart by their number, and a blank or a total is none."),
)

SALES = Exercise(
    id="sales",
    question=N_("What did buyers pay for orders that were sent and not returned?"),
    kind="money",
    expected=lambda lesson: figures.sold(figures.orders(lesson))["paid"].sum(),
    mistakes=(
        Mistake(
            name="totals_per_line",
            value=lambda lesson: figures.sold(figures.lines(lesson))["paid"].sum(),
            reason=N_("支払合計 stands on every line of an order and is the same each time. It counts once an order."),
        ),
        Mistake(
            name="totals_per_line",
            value=lambda lesson: figures.lines(lesson)["paid"].sum(),
            reason=N_("支払合計 stands on every line of an order, and cancelled orders are in it too."),
        ),
        Mistake(
            name="totals_per_line",
            value=lambda lesson: figures.rows(lesson)["paid"].sum(),
            reason=N_("支払合計 stands on every line of an order, and cancelled orders are in it too."),
        ),
        Mistake(
            name="cancelled_counted",
            value=lambda lesson: figures.rows(lesson).drop_duplicates("注文番号")["paid"].sum(),
            reason=N_("Each order counts once, but all are in it: cancelled ones, tests and orders of staff."),
        ),
        Mistake(
            name="total_row_counted",
            value=figures.with_total,
            reason=N_("The last row of the file is a total of all rows above it. Look at lines.tail()."),
        ),
        Mistake(
            name="cancelled_counted",
            value=lambda lesson: figures.of_buyers(figures.orders(lesson))["paid"].sum(),
            reason=N_("Cancelled and returned orders and abandoned baskets are in it. Look at 対応状況."),
        ),
        Mistake(
            name="cancelled_counted",
            value=lambda lesson: figures.orders(lesson)["paid"].sum(),
            reason=N_("Each order counts once, but all are in it: cancelled ones, tests and orders of staff."),
        ),
        Mistake(
            name="staff_counted",
            value=lambda lesson: figures.shipped(figures.orders(lesson))["paid"].sum(),
            reason=N_("Tests and orders of the shop's own staff are in it. Look at 会員区分."),
        ),
        Mistake(
            name="prices_for_payments",
            value=figures.priced,
            reason=N_("Prices times quantities know no discount, and some prices cannot be read. Take what was paid."),
        ),
    ),
    hints=(
        N_("Look at the rows of one order: what does 支払合計 say on each of them?"),
        N_("First one row an order: .drop_duplicates('注文番号'). Then see what values 対応状況 and 会員区分 have."),
        N_("Keep 対応状況 発送済み and 会員区分 一般; take ￥ and commas out of 支払合計 before .astype(int)."),
    ),
    why=N_("Each order's payment counts once, and only orders that were sold to buyers count."),
)

N_CUSTOMERS = Exercise(
    id="n_customers",
    question=N_("How many members bought, going by these orders?"),
    kind="customers",
    expected=lambda lesson: figures.members(figures.sold(figures.orders(lesson))),
    mistakes=(
        Mistake(
            name="guests_counted",
            value=lambda lesson: figures.members(figures.sold(figures.orders(lesson))) + 1,
            reason=N_("A blank 会員ID is counted as one member. Guests have no id, and they are not one person."),
        ),
        Mistake(
            name="ids_not_joined",
            value=figures.ids_not_joined,
            reason=N_("Some members are counted twice: 140 and 00000140 are one. Excel has dropped the zeros."),
        ),
        Mistake(
            name="orders_for_customers",
            value=lambda lesson: len(figures.sold(figures.orders(lesson))),
            reason=N_("This is the number of orders. Who bought three times is one customer."),
        ),
        Mistake(
            name="orders_for_customers",
            value=lambda lesson: len(figures.sold(figures.orders(lesson)).query("会員ID != ''")),
            reason=N_("This is the number of orders of members. Who bought three times is one customer."),
        ),
        Mistake(
            name="staff_counted",
            value=lambda lesson: figures.members(figures.shipped(figures.orders(lesson))),
            reason=N_("Test accounts and the shop's own staff are in it. Look at 会員区分."),
        ),
        Mistake(
            name="names_for_customers",
            value=lambda lesson: figures.sold(figures.orders(lesson))["氏名"].nunique(),
            reason=N_("Names are no ids: two customers can have the same name. Count 会員ID."),
        ),
    ),
    hints=(
        N_("Some orders have no 会員ID. What are they, and can you count people among them?"),
        N_("Look at how long the ids are: sold['会員ID'].str.len().value_counts()."),
        N_("Leave out the blank ones, give all ids eight digits with .str.zfill(8), then .nunique()."),
    ),
    why=N_("A customer is one id in one form; guests cannot be told apart, so their orders are counted beside."),
)

CHANGE = Exercise(
    id="change",
    question=N_("By what share did sales change in the last whole month against the month before?"),
    kind="change",
    expected=lambda lesson: figures.change(figures.sold(figures.orders(lesson))),
    mistakes=(
        Mistake(
            name="partial_month",
            value=lambda lesson: figures.change(figures.sold(figures.orders(lesson)), -1, -2),
            reason=N_("The last month is not over: the export was drawn in the middle of it. Take the one before."),
        ),
        Mistake(
            name="other_way_round",
            value=lambda lesson: figures.change(figures.sold(figures.orders(lesson)), -3, -2),
            reason=N_("This is the earlier month against the later one. The earlier one is the base."),
        ),
        Mistake(
            name="totals_per_line",
            value=lambda lesson: figures.change(figures.sold(figures.lines(lesson))),
            reason=N_("The months are right, but 支払合計 was added up for every line."),
        ),
        Mistake(
            name="cancelled_counted",
            value=lambda lesson: figures.change(figures.orders(lesson)),
            reason=N_("The months are right, but cancelled orders, tests and orders of staff are in them."),
        ),
        Mistake(
            name="difference_for_change",
            value=lambda lesson: figures.by_month(figures.sold(figures.orders(lesson))).iloc[[-3, -2]].diff().iloc[-1],
            reason=N_("This is the difference in yen. A change is that difference over the earlier month."),
        ),
        Mistake(
            name="wrong_window",
            value=lambda lesson: figures.change(figures.sold(figures.orders(lesson)), -2, -14),
            reason=N_("This is against the same month of the year before. Asked is the month before (前月比)."),
        ),
    ),
    hints=(
        N_("On which day does the export end? Is that the end of a month?"),
        N_("Add up what was paid by month: paid.groupby(month).sum(). The last row is not over."),
        N_("by_month.iloc[-2] is the last whole month and by_month.iloc[-3] the one before."),
    ),
    why=N_("Only whole months are compared; a month that is not over always looks like a fall."),
)

LEDGER = Exercise(
    id="may_be_sent",
    question=N_("Which sentence about the data may go to the client with the figures?"),
    kind="choice",
    expected=lambda _: "c",
    mistakes=(
        Mistake(
            name="not_told",
            value=lambda _: "a",
            reason=N_("How many is a few, and how much money? Without both nobody can follow the figures."),
        ),
        Mistake(
            name="cancelled_counted",
            value=lambda _: "b",
            reason=N_("Using every row is no virtue: cancelled orders, tests and copies are then sales."),
        ),
        Mistake(
            name="too_sure",
            value=lambda _: "d",
            reason=N_("Nobody has looked where the difference comes from. A small one can hide two large ones."),
        ),
    ),
    hints=(
        N_("What must the client know to find the same figure in the shop's own system?"),
        N_("The rows and the yen must both add up: read = counted + left out, reason by reason."),
    ),
    why=N_("The ledger lists every row and yen that is left out with its reason, and it adds up."),
    options=(
        ("a", N_("“A few faulty rows were removed before the analysis.”")),
        ("b", N_("“Every row of the export is in the figures, so nothing is lost.”")),
        (
            "c",
            N_("“Of the rows read, so many count; the rest are listed by reason, in rows and yen, and it adds up.”"),
        ),
        ("d", N_("“The sales differ a little from your system's, which is normal.”")),
    ),
)

EXERCISES = (N_ORDERS, SALES, N_CUSTOMERS, CHANGE, LEDGER)
