"""Columns, codes and definitions of products bought together and one after the other."""

from __future__ import annotations

from crmlib.dictionary.kinds import N_

COLUMNS: dict[str, tuple[str, str]] = {
    "product_id": (N_("Product code"), "label"),
    "product_name": (N_("Product"), "text"),
    "role": (N_("Role"), "label"),
    "category_l1": (N_("Category"), "text"),
    "n_products": (N_("Products"), "count"),
    "quantity": (N_("Pieces"), "count"),
    "abc": (N_("Class"), "label"),
    "item": (N_("Item"), "label"),
    "item_a": (N_("Item A"), "label"),
    "item_b": (N_("Item B"), "label"),
    "next_item": (N_("Next order is about"), "label"),
    "n_units": (N_("All, of orders or customers"), "count"),
    "n_a": (N_("With A"), "count"),
    "n_b": (N_("With B"), "count"),
    "n_both": (N_("With both"), "count"),
    "pair_rate": (N_("Co-purchase rate A to B"), "share"),
    "support": (N_("Support"), "share"),
    "lift": (N_("Lift"), "ratio"),
    "n_bought_next": (N_("Customers whose next order it was"), "customers"),
    "next_share": (N_("Share of next orders"), "share"),
    "n_could": (N_("Bought A, not yet B"), "customers"),
    "n_added": (N_("Bought B within the window"), "customers"),
    "follow_rate": (N_("Cross-sell rate"), "share"),
    "median_days": (N_("Median days to it"), "days"),
    "pair": (N_("From A to B"), "text"),
    "interest_1": (N_("First interest"), "text"),
    "interest_share_1": (N_("Weight of the first interest"), "share"),
    "interest_2": (N_("Second interest"), "text"),
    "interest_share_2": (N_("Weight of the second interest"), "share"),
    "offer_1": (N_("First offer"), "text"),
    "offer_2": (N_("Second offer"), "text"),
    "consent": (N_("Consent"), "label"),
}

CODES: dict[str, str] = {
    "trial": N_("Trial"),
    "front": N_("Main product"),
    "backend": N_("Back-end"),
    "cross": N_("Cross-serve"),
    "insert": N_("Insert in the box"),
    "order_level": N_("Of no product (such as discounts, refunds)"),
    "nothing_yet": N_("No order within the window"),
    "allowed": N_("Given"),
    "not_allowed": N_("Refused"),
    "none": N_("No channel"),
    "abc_a": "A",
    "abc_b": "B",
    "abc_c": "C",
}

DEFINITIONS: dict[str, str] = {
    "pair_rate": N_("Orders (or customers) with both items divided by those with A."),
    "support": N_("Orders (or customers) with both items divided by all with any item."),
    "lift": N_(
        "Co-purchase rate from A to B divided by the share of all who have B; 1 is what chance alone would give. Not"
        " shown where too few have both."
    ),
    "next_share": N_(
        "Of the customers whose first order about the item lies at least the window before the base date, the share"
        " whose next order within the window was about that item; an order is about the item of its largest amount."
    ),
    "follow_rate": N_(
        "Of the customers who first bought A at least the window before the base date and had not bought B by that day,"
        " the share who bought B for the first time within the window."
    ),
    "median_days": N_("Of those who bought it within the window, half had by that day."),
    "abc": N_("A: the products that bring the first 70% of sales; B: the next 20%; C: the rest."),
    "interest_share_1": N_(
        "Sales of the category divided by the customer's sales of all categories, purchases weighing less the longer"
        " ago they were."
    ),
}
