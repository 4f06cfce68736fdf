"""Columns, codes and definitions of lifetime value and acquisition."""

from __future__ import annotations

from crmlib.dictionary.kinds import N_

COLUMNS: dict[str, tuple[str, str]] = {
    "value_basis": (N_("Value"), "label"),
    "ltv": (N_("LTV (sales)"), "money"),
    "ltv_tried": (N_("LTV (sales) with the changes"), "money"),
    "profit_tried": (N_("LTV (gross profit) with the changes"), "money"),
    "tried_case": (N_("Case"), "label"),
    "second_year": (N_("Second purchase within 365 days"), "share"),
    "point_customer": (N_("One point of F2, a new customer"), "money"),
    "point_year": (N_("One point of F2, a year's new customers"), "money"),
    "ltv_fixed": (N_("LTV of the same customers throughout"), "money"),
    "ltv_half": (N_("Half-year LTV (sales)"), "money"),
    "ltv_naive": (N_("Naive annual LTV"), "money"),
    "ltv_model": (N_("LTV by the model up to there"), "money"),
    "profit": (N_("LTV (gross profit)"), "money"),
    "n_fixed": (N_("Customers observed throughout"), "customers"),
    "n_observed": (N_("Rests on"), "count"),
    "ltv_formula": (N_("Formula"), "label"),
    "ltv_why": (N_("Why it differs"), "label"),
    "number": (N_("Purchase or delivery number"), "rank"),
    "n_previous": (N_("Made the one before, this one due"), "count"),
    "n_made": (N_("Made this one"), "count"),
    "unit_price": (N_("Unit price"), "money"),
    "unit_profit": (N_("Gross profit of one"), "money"),
    "step_continuation": (N_("Continuation from the one before"), "share"),
    "step_cancellation": (N_("Cancellation from the one before"), "share"),
    "reach": (N_("Reach from the first"), "share"),
    "reach_model": (N_("Reach by the model"), "share"),
    "value_added": (N_("Adds to the LTV"), "money"),
    "element": (N_("Element"), "label"),
    "change": (N_("Moved by (% or pt)"), "signed_share"),
    "ltv_base": (N_("LTV as it is"), "money"),
    "difference_up": (N_("Change of LTV, improved"), "money"),
    "difference_down": (N_("Change of LTV, worsened"), "money"),
    "difference_cohort": (N_("Gain of a year's new customers"), "money"),
    "media": (N_("Medium"), "label"),
    "side": (N_("Found in"), "label"),
    "part": (N_("Part"), "label"),
    "n_media": (N_("Media"), "count"),
    "cost": (N_("Advertising cost"), "money"),
    "cpa": (N_("CPA"), "money"),
    "cpr": (N_("CPR"), "money"),
    "cpo": (N_("CPO"), "money"),
    "n_main": (N_("Customers of the main product"), "number"),
    "amount_first": (N_("Sales of first orders"), "money"),
    "n_trial": (N_("Began with a trial"), "customers"),
    "pull_rate": (N_("Pull-up rate"), "share"),
    "mr": (N_("MR (media ratio)"), "ratio"),
    "n_year": (N_("Observed a year"), "customers"),
    "roas": (N_("ROAS, first year"), "ratio"),
    "roi": (N_("ROI, first year"), "change"),
    "limit_cpo": (N_("Break-even CPO"), "money"),
    "ltv_per_cost": (N_("LTV ÷ CPA"), "ratio"),
    "payback_state": (N_("Payback"), "label"),
    "payback_month": (N_("Payback month"), "rank"),
    "rank_first": (N_("Rank by first orders"), "rank"),
    "rank_ltv": (N_("Rank by annual LTV"), "rank"),
    "rank_change": (N_("Places gained"), "count"),
    "value": (N_("Cumulative gross profit"), "money"),
    "net": (N_("Gross profit less cost, a customer"), "money"),
    "n_advertised": (N_("Customers from advertising"), "customers"),
    "share_advertised": (N_("Share from advertising"), "share"),
    "purchases_so_far": (N_("Purchases so far"), "rank"),
    "share_alive": (N_("P(alive), mean"), "share"),
    "expected_purchases": (N_("Expected purchases a customer"), "ratio"),
    "expected_amount_per_customer": (N_("Expected sales a customer"), "money"),
    "bought_purchases": (N_("Bought a customer"), "ratio"),
}

CODES: dict[str, str] = {
    "as_it_is": N_("as it is"),
    "with_changes": N_("with the changes"),
    "sales_ltv": N_("Sales LTV"),
    "profit_ltv": N_("Gross-profit LTV"),
    "l1_cumulative": N_("L1 cumulative, longest observed"),
    "l2_first_year": N_("L2 annual, first 365 days"),
    "l2_active_year": N_("L2 annual, year's sales ÷ active customers"),
    "l3_price_frequency_years": N_("L3 price × frequency × years"),
    "l4_leave_rate": N_("L4 from the leave rate"),
    "l5_cancel_rate": N_("L5 price ÷ cancellation a delivery"),
    "l6_survival": N_("L6 sum of price × survival"),
    "l1_cumulative_formula": N_("Sales up to day N ÷ customers observed N days."),
    "l1_cumulative_why": N_("Observed, no assumption; only customers old enough, so it is the old acquisition."),
    "l2_first_year_formula": N_("Sales within 365 days of the first order ÷ customers observed 365 days."),
    "l2_first_year_why": N_("One year only: what customers bring later is not in it."),
    "l2_active_year_formula": N_("Sales of the last 365 days ÷ customers who bought in them."),
    "l2_active_year_why": N_("Old and new customers mixed; those who have left are not in the denominator."),
    "l3_price_frequency_years_formula": N_("Average order value × orders a year × (tenure in years + 1)."),
    "l3_price_frequency_years_why": N_("A plan from averages; tenure so far is too short for those who go on."),
    "l4_leave_rate_formula": N_("Year's sales an active customer ÷ share of active customers who leave in a year."),
    "l4_leave_rate_why": N_("Takes today's leave rate for ever and for everybody; new customers leave more."),
    "l5_cancel_rate_formula": N_("Mean price of a delivery ÷ share lost a delivery."),
    "l5_cancel_rate_why": N_("Takes one rate for every delivery, without end; early deliveries lose more."),
    "l6_survival_formula": N_("Sum of price of the k-th delivery × share that receives it."),
    "l6_survival_why": N_("Each step has its own rate; ends at the last delivery counted."),
    "unit_price_element": N_("Unit price"),
    "continuation_element": N_("Continuation"),
    "cancellation_element": N_("Cancellation at every step"),
    "continuation_later": N_("Continuation, all later steps"),
    "both": N_("Costs and orders"),
    "only_costs": N_("Costs only"),
    "only_orders": N_("Orders only"),
    "outside_months": N_("Outside the months covered by both"),
    "scale": N_("spend more"),
    "keep_budget": N_("keep the budget"),
    "watch": N_("watch"),
    "stop": N_("stop or cut"),
    "reached": N_("reached"),
    "not_reached": N_("not reached"),
    "not_observed_yet": N_("not observed long enough"),
    "all_costs_known": N_("cost of every product known"),
    "filled": N_("cost nearly always known, the rest at the known rate"),
    "given": N_("known costs, the rest at the rate given"),
    "fitted": N_("fitted"),
    "no_convergence": N_("does not fit"),
}

DEFINITIONS: dict[str, str] = {
    "point_year": N_(
        "Change of the first year's gross profit if one more customer in a hundred made a second purchase within 365"
        " days and went on as the others do, times the customers who began in the last 365 days."
    ),
    "ltv": N_(
        "Net sales up to that day after the first order divided by the customers observed so long; tax as in the"
        " conditions, discounts and refunds taken off."
    ),
    "ltv_fixed": N_("The same over one set of customers, those observed to the last day, so that it never changes."),
    "ltv_naive": N_(
        "Sales within a year divided by all customers, also those who have not had a year; shown only for comparison."
    ),
    "profit": N_(
        "Sales less cost of goods and the variable cost of an order; discounts and refunds of an order come off it."
    ),
    "n_observed": N_("Customers observed long enough, or subscriptions whose delivery was due."),
    "unit_price": N_("Net sales of the k-th purchases or deliveries divided by their number."),
    "step_continuation": N_(
        "Made this purchase or delivery divided by those who made the one before: purchases within a year of the"
        " first, deliveries where this one was due."
    ),
    "step_cancellation": N_("1 minus the continuation from the one before."),
    "reach": N_("Product of the continuations: the share of all starters who make this one."),
    "difference_cohort": N_("Change of LTV a customer times the customers who began in the last 365 days."),
    "cpa": N_("Advertising cost divided by new customers of the medium, trial or not."),
    "cpr": N_("Advertising cost divided by customers who began with a trial or sample."),
    "cpo": N_(
        "Advertising cost divided by new customers of the main product: those who began with it, and trial customers"
        " times the pull-up rate."
    ),
    "pull_rate": N_(
        "Trial customers who bought the main product within the window divided by trial customers observed so long."
    ),
    "mr": N_("Sales of the first orders divided by advertising cost."),
    "roas": N_("Annual sales LTV divided by CPA: the first year's sales for each unit of cost."),
    "roi": N_("First year's gross profit less variable cost, less advertising cost, divided by advertising cost."),
    "limit_cpo": N_(
        "Annual gross profit less variable cost that the medium's customers bring, for each customer of the main"
        " product: what one may cost."
    ),
    "ltv_per_cost": N_(
        "Annual sales LTV divided by the cost of a new customer (CPA); the same as that of a customer of the main"
        " product divided by CPO."
    ),
    "payback_month": N_(
        "First month of 30 days by whose end cumulative gross profit a new customer is at least the cost of one."
    ),
    "share_advertised": N_("New customers of media that have a cost divided by all new customers."),
    "share_alive": N_("Mean probability by the BG/NBD model that a customer still buys."),
    "expected_purchases": N_("Purchases expected of a customer in the coming days by the BG/NBD model."),
    "expected_amount_per_customer": N_(
        "Expected purchases times the spend a purchase expected by the Gamma-Gamma model."
    ),
}
