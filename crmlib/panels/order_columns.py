"""What the columns that an export of orders can have are called, for who has never seen their codes."""

from __future__ import annotations

from crmlib import words
from crmlib.words import N_

LABELS: dict[str, str] = {
    "order_id": N_("Order number"),
    "channel": N_("Shop or mall"),
    "customer_id": N_("Customer id"),
    "ordered_at": N_("Ordered at, day and time"),
    "order_date": N_("Day of the order"),
    "status": N_("Status of the order"),
    "cancelled_at": N_("Cancelled on"),
    "is_test": N_("Test order or not"),
    "is_staff": N_("Staff order or not"),
    "order_amount": N_("Amount of the order"),
    "discount_amount": N_("Discount of the order"),
    "shipping_fee": N_("Shipping of the order"),
    "fee": N_("Fees of the order"),
    "points_used": N_("Points used"),
    "refunded_amount": N_("Paid back"),
    "order_kind": N_("Kind of order"),
    "subscription_id": N_("Subscription number"),
    "subscription_seq": N_("Delivery number"),
    "acq_media": N_("Medium of the order"),
    "line_no": N_("Line number"),
    "product_id": N_("Code of the product"),
    "product_name": N_("Name of the product"),
    "quantity": N_("Quantity"),
    "unit_price": N_("Price of one piece"),
    "line_amount": N_("Amount of the line"),
    "line_discount": N_("Discount of the line"),
    "line_type": N_("Type of the line"),
}


def labelled(name: str) -> str:
    """A column with its code behind it, as a client file has it.

    Example:
        >>> _ = words.speak("en")
        >>> labelled("customer_id")
        'Customer id (customer_id)'
    """
    return words.say(N_("{label:text} ({code:text})"), label=words.translate(LABELS[name]), code=name).text()
