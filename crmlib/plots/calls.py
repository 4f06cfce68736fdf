"""Charts of the call list, of revivals and of inquiries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib.plots import colours, forms

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame


def funnel(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Customers who are left after every step.

    Args:
        table: of `analysis.calls.funnel`; used are call_step and n_customers.
        ax: where to draw; by default a new figure.
    """
    return forms.bar_rows(table, name="call_step", value="n_customers", ax=ax)


def groups(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Revival rate of those contacted and of those they are compared with.

    Args:
        table: of `analysis.call_views.effect_table`.
        ax: where to draw; by default a new figure.
    """
    return forms.interval_rows(table, name="call_group", value="revival_rate", n="n_windowed", ax=ax)


def channels(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Revival rate by the channel of the contact.

    Args:
        table: of `analysis.revival.rates` by contact_channel.
        ax: where to draw; by default a new figure.
    """
    return forms.interval_rows(table, name="contact_channel", value="revival_rate", n="n_windowed", ax=ax)


def inquiries(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Inquiries a month, settled and not settled.

    Args:
        table: of `analysis.inquiries.by_month`.
        ax: where to draw; by default a new figure.
    """
    parts = {"n_resolved": colours.GOOD, "n_unresolved": colours.BAD}
    return forms.stacked_months(table, parts=parts, value="n_inquiries", ax=ax)
