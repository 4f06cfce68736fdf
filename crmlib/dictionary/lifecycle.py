"""Columns, codes and definitions of the six lifecycle segments."""

from __future__ import annotations

from crmlib.dictionary.kinds import N_

COLUMNS: dict[str, tuple[str, str]] = {
    "n_segment_before": (N_("Customers at the earlier date"), "customers"),
    "segment_before": (N_("Segment then"), "label"),
    "segment_after": (N_("Segment now"), "label"),
    "segment_move_rate": (N_("Share of those in it then"), "share"),
    "days_to_lapse": (N_("Days until lapsed"), "days"),
    "silence_band": (N_("Days of silence"), "label"),
    "n_bought": (N_("Bought in the window"), "customers"),
    "buy_rate": (N_("Share who bought in the window"), "share"),
    "window_amount": (N_("Sales in the window"), "money"),
    "attribute": (N_("Attribute"), "label"),
    "attribute_value": (N_("Most frequent value"), "label"),
    "n_value": (N_("Customers with the value"), "customers"),
    "n_known": (N_("Attribute known"), "customers"),
    "persona_share": (N_("Share in the segment"), "share"),
    "shop_share": (N_("Share in the shop"), "share"),
    "persona_lift": (N_("Times the shop's share"), "ratio"),
    "gap_product": (N_("After an order about"), "label"),
    "n_gaps": (N_("Gaps between orders"), "count"),
    "n_ended": (N_("Of these, ended by an order"), "count"),
    "open_share": (N_("Share still open"), "share"),
    "ended_80_days": (N_("80% of those that ended, by day"), "days"),
    "ended_95_days": (N_("95% of those that ended, by day"), "days"),
    "km_80_days": (N_("80% of all (Kaplan-Meier), by day"), "days"),
    "km_95_days": (N_("95% of all (Kaplan-Meier), by day"), "days"),
    "silent_days": (N_("Days of silence so far"), "days"),
    "n_silent": (N_("Gaps that long or longer"), "count"),
    "buys_again": (N_("Chance of another order"), "share"),
    "limit": (N_("Limit"), "label"),
    "life_source": (N_("Where the limits come from"), "label"),
    "dormant_from": (N_("Dormant after"), "days"),
    "lapsed_from": (N_("Lapsed after"), "days"),
    "brand_share": (N_("Brand"), "share"),
    "product_share": (N_("Product information"), "share"),
    "offer_share": (N_("Offer"), "share"),
}

CODES: dict[str, str] = {
    "life_prospect": N_("Prospects"),
    "life_initial": N_("Initial customers"),
    "life_general": N_("General customers"),
    "life_excellent": N_("Excellent customers"),
    "life_dormant": N_("Dormant customers"),
    "life_lapsed": N_("Lapsed customers"),
    "sex": N_("Sex"),
    "female": N_("women"),
    "male": N_("men"),
    "age_band": N_("Age"),
    "prefecture": N_("Area"),
    "first_product": N_("First product"),
    "attribute_not_known": N_("not known"),
    "age_under_20": N_("under 20"),
    "age_20s": N_("20 to 29"),
    "age_30s": N_("30 to 39"),
    "age_40s": N_("40 to 49"),
    "age_50s": N_("50 to 59"),
    "age_60s": N_("60 to 69"),
    "age_70_up": N_("70 and over"),
    "whole_shop": N_("Whole shop"),
    "in_use": N_("In use"),
    "from_ended_gaps": N_("80th and 95th percentile of gaps that ended"),
    "from_all_gaps": N_("80th and 95th percentile of all gaps (Kaplan-Meier)"),
}

DEFINITIONS: dict[str, str] = {
    "days_to_lapse": N_("Days until the silence exceeds the limit of lapsed customers."),
    "buy_rate": N_(
        "Of the customers who had been silent for so long on the earlier day, the share with an order in the window"
        " after it."
    ),
    "persona_share": N_(
        "Customers with the value divided by those of the segment whose attribute is known; not shown below 30."
    ),
    "persona_lift": N_("Share in the segment divided by the share among all customers."),
    "open_share": N_("Gaps not yet ended by another order on the base date, divided by all gaps."),
    "ended_80_days": N_(
        "The day by which 80% of the gaps that ended had ended. Leaves out everyone who has not come back, so it is too"
        " short."
    ),
    "km_80_days": N_(
        "The day by which 80% of all orders were followed by another, by Kaplan-Meier with the open gaps; none where"
        " more than 20% have not been."
    ),
    "buys_again": N_(
        "Kaplan-Meier estimate of the chance of an order within the horizon, of a customer silent for so long; over all"
        " gaps between orders."
    ),
}
