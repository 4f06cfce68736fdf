"""Charts of what is bought together and what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib.plots import colours, forms

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

OTHERS, ORDER_LEVEL = "others", "order_level"
MOST = 12


def products(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Share of sales of each product, largest first; of many, the dozen that sell most.

    Args:
        table: of `analysis.goods.shortened`, named; used are item, share_amount.
        ax: where to draw; by default a new figure.
    """
    if table["item"].eq(OTHERS).any():
        # How many the others are is not known here, and their bar would dwarf every product's.
        table = table[~table["item"].isin([OTHERS, ORDER_LEVEL])].head(MOST)
    return forms.bar_rows(table, name="item", value="share_amount", colour=colours.SALES, ax=ax)


def follow_ups(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Cross-sell rate of each pair with its interval, highest first.

    Args:
        table: of `analysis.basket.follow_chart`; used are pair, n_could, follow_rate and its bounds.
        ax: where to draw; by default a new figure.
    """
    return forms.interval_rows(table, name="pair", value="follow_rate", n="n_could", ax=ax)
