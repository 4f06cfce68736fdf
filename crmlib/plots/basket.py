"""Charts of what is bought together and what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib import words
from crmlib.plots import forms
from crmlib.plots.marks import write_above
from crmlib.words import N_

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
    if not table["item"].eq(OTHERS).any():
        return forms.bar_rows(table, name="item", value="share_amount", ax=ax)
    # How many the others are is not known here, and their bar would dwarf every product's.
    named = table[~table["item"].isin([OTHERS, ORDER_LEVEL])].head(MOST)
    ax = forms.bar_rows(named, name="item", value="share_amount", ax=ax)
    left = float(table["share_amount"].sum() - named["share_amount"].sum())
    write_above(ax, 1.0, words.say(N_("Not drawn: {share:share} of sales"), share=left).text(), ha="right")
    return ax


def follow_ups(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Cross-sell rate of each pair with its interval, highest first.

    Args:
        table: of `analysis.basket.follow_chart`; used are pair, n_could, follow_rate and its bounds.
        ax: where to draw; by default a new figure.
    """
    return forms.interval_rows(table, name="pair", value="follow_rate", n="n_could", ax=ax)
