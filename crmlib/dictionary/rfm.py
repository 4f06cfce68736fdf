"""Columns, codes and definitions of customers and RFM."""

from __future__ import annotations

from crmlib.dictionary.kinds import N_

COLUMNS: dict[str, tuple[str, str]] = {
    "customer_id": (N_("Customer id"), "id"),
    "segment": (N_("Segment"), "label"),
    "n_customers": (N_("Customers"), "customers"),
    "share_customers": (N_("Share of customers"), "share"),
    "n_orders": (N_("Orders"), "orders"),
    "share_amount": (N_("Share of sales"), "share"),
    "average_order_amount": (N_("Average order value"), "money"),
    "amount_per_customer": (N_("Sales per customer"), "money"),
    "first_day": (N_("First order"), "date"),
    "last_day": (N_("Last order"), "date"),
    "recency_days": (N_("Days since last order"), "days"),
    "tenure_days": (N_("Tenure"), "days"),
    "average_gap_days": (N_("Average days between orders"), "average_days"),
    "r": (N_("R score"), "score"),
    "f": (N_("F score"), "score"),
    "m": (N_("M score"), "score"),
    "score": (N_("Score"), "score"),
    "recency_from_days": (N_("R from"), "days"),
    "recency_to_days": (N_("R to"), "days"),
    "orders_from": (N_("F from"), "orders"),
    "orders_to": (N_("F to"), "orders"),
    "amount_from": (N_("M from"), "money"),
    "amount_to": (N_("M to"), "money"),
    "rule_number": (N_("Order of the rule"), "rank"),
    "r_from": (N_("R score from"), "score"),
    "r_to": (N_("R score to"), "score"),
    "f_from": (N_("F score from"), "score"),
    "f_to": (N_("F score to"), "score"),
    "m_from": (N_("M score from"), "score"),
    "m_to": (N_("M score to"), "score"),
    "n_customers_r": (N_("Customers with this R"), "customers"),
    "n_customers_f": (N_("Customers with this F"), "customers"),
    "n_customers_m": (N_("Customers with this M"), "customers"),
    "rf_rank": (N_("Rank"), "label"),
    "share_orders": (N_("Share of orders"), "share"),
    "f_1": (N_("F score 1"), "label"),
    "f_2": (N_("F score 2"), "label"),
    "f_3": (N_("F score 3"), "label"),
    "f_4": (N_("F score 4"), "label"),
    "f_5": (N_("F score 5"), "label"),
    "decile": (N_("Decile"), "rank"),
    "cumulative_share_amount": (N_("Cumulative share of sales"), "share"),
    "cumulative_share_customers": (N_("Cumulative share of customers"), "share"),
    "n_once": (N_("Bought once"), "customers"),
    "share_once": (N_("Share who bought once"), "share"),
    "rank_before": (N_("Rank then"), "label"),
    "rank_after": (N_("Rank now"), "label"),
    "rank_direction": (N_("Movement"), "label"),
    "n_moved": (N_("In this movement"), "customers"),
    "share_moved": (N_("Share of those then"), "share"),
    "rfm_measure": (N_("Measure on the earlier day"), "label"),
    "later_outcome": (N_("Outcome afterwards"), "label"),
    "n_followed": (N_("Followed"), "customers"),
    "rho": (N_("Spearman's rank correlation"), "ratio"),
    "n_bought_later": (N_("Bought afterwards"), "customers"),
    "later_rate": (N_("Share who bought afterwards"), "share"),
    "later_lift": (N_("Times the average share"), "ratio"),
    "orders_later": (N_("Orders afterwards"), "orders"),
    "amount_later": (N_("Sales afterwards"), "money"),
    "target_level": (N_("Target list"), "label"),
    "n_contactable": (N_("May be contacted"), "customers"),
    "natural_rate": (N_("Natural purchase rate"), "share"),
    "amount_per_buyer": (N_("Sales per buyer"), "money"),
    "expected_per_contact": (N_("Expected sales per contact"), "money"),
    "expected_amount": (N_("Expected sales"), "money"),
    "promotion_cost": (N_("Cost of the contacts"), "money"),
    "promotion_roi": (N_("ROI if all sales came from it"), "change"),
    "needed_per_contact": (N_("Sales that pay for a contact"), "money"),
    "break_even_rate": (N_("Break-even purchase rate"), "share"),
}

CODES: dict[str, str] = {
    "champions": N_("Champions"),
    "loyal": N_("Loyal customers"),
    "loyal_customers": N_("Loyal customers"),
    "potential_loyal": N_("Potential loyalists"),
    "potential_loyalist": N_("Potential loyalists"),
    "new": N_("New customers"),
    "new_customers": N_("New customers"),
    "promising": N_("Promising"),
    "need_attention": N_("Need attention"),
    "about_to_sleep": N_("About to sleep"),
    "at_risk": N_("At risk"),
    "cannot_lose": N_("Can't lose them"),
    "cant_lose_them": N_("Can't lose them"),
    "lost": N_("Lost"),
    "others": N_("Others"),
    "rank_up": N_("Moved up"),
    "rank_same": N_("Stayed in the rank"),
    "rank_down": N_("Moved down"),
    "rank_lowest": N_("Fell to the lowest rank"),
    "new_since": N_("New since then"),
    "up_to_then": N_("Up to the earlier date"),
    "in_between": N_("Between the two dates"),
    "recency": N_("Recency (R)"),
    "frequency": N_("Frequency (F)"),
    "money": N_("Money (M)"),
    "bought_later": N_("Bought, yes or no"),
    "amount_later": N_("Sales afterwards"),
    "target_all": N_("All customers"),
    "target_year": N_("… bought within a year"),
    "target_repeat": N_("… and twice or more"),
    "target_top": N_("… and of rank A"),
    "by_mail": N_("mail"),
    "by_line": N_("LINE"),
    "by_dm": N_("direct mail"),
    "by_call": N_("phone"),
    "by_any": N_("any channel"),
}

DEFINITIONS: dict[str, str] = {
    "n_customers": N_("Customers with at least one counted order up to the base date."),
    "n_orders": N_("Counted orders: one per order number, after the exclusions listed in the ledger."),
    "share_amount": N_("Sales of the group divided by all counted sales."),
    "average_order_amount": N_("Sales divided by orders."),
    "recency_days": N_("Days from the last counted order to the base date."),
    "tenure_days": N_("Days from the first to the last counted order."),
    "average_gap_days": N_("Tenure divided by the number of orders minus one; not defined for one order."),
    "r": N_("5 is the most recent, 1 the longest silence; the cuts are in the table of cuts."),
    "f": N_("5 is the most orders, 1 the fewest; customers with the same number share a score."),
    "m": N_("5 is the largest sum, 1 the smallest; customers with the same sum share a score."),
    "rf_rank": N_("A to E, painted on the 25 cells of R by F score; the painting is in the table of ranks by cell."),
    "share_orders": N_("Orders of the group divided by all counted orders."),
    "decile": N_(
        "Ten groups of equal size by falling sales; of equal sales the later last order comes first, then the id."
    ),
    "cumulative_share_amount": N_("Sales of this and all groups above divided by all counted sales."),
    "cumulative_share_customers": N_("Customers up to this one, the largest sales first, divided by all customers."),
    "share_once": N_("Customers of the group with one counted order divided by its customers."),
    "share_moved": N_(
        "Customers who made this movement divided by the customers of that rank on the earlier date, in the table of"
        " directions by all customers of that date; new customers are not in it. The cuts are the same on both dates."
    ),
    "rho": N_(
        "Correlation of the ranks, equal values with their mean rank, from -1 to 1. Recency counts the other way round,"
        " so that more recent is more. Customers with an order up to the earlier day; nothing later is in R, F and M."
        " Interval on Fisher's scale with a variance that allows for equal values (Borkowf)."
    ),
    "later_rate": N_(
        "Customers with an order in the period after the earlier day divided by all with that score on that day; the"
        " whole period has been observed for each."
    ),
    "later_lift": N_("Share who bought afterwards with that score divided by that of all customers followed."),
    "n_contactable": N_(
        "Customers with a known consent to the channel, without those who are not to be called; a dash where the shop"
        " has no consent for it, and the size is then all customers."
    ),
    "natural_rate": N_(
        "Of the customers who were in the group on the earlier day, the share with an order in the days that followed,"
        " as things went then; what a promotion adds is not in it."
    ),
    "amount_per_buyer": N_("Sales of these days divided by the customers who bought in them."),
    "expected_per_contact": N_("Natural purchase rate times sales per buyer."),
    "expected_amount": N_(
        "Customers who may be contacted times natural purchase rate times sales per buyer; interval by the delta method"
        " on the log scale."
    ),
    "promotion_cost": N_("Customers who may be contacted times the cost of one contact."),
    "promotion_roi": N_(
        "Expected sales times gross margin, less the cost, divided by the cost: what it would be if the promotion"
        " brought all of these sales."
    ),
    "needed_per_contact": N_("Cost of one contact divided by the gross margin."),
    "break_even_rate": N_(
        "Cost of one contact divided by sales per buyer times gross margin: the additional purchases per contact that"
        " pay for it."
    ),
}
