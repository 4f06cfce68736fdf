"""The chart of products: the dozen that sell most, and no row that counts the others wrongly."""

from __future__ import annotations

import pandas as pd

from crmlib import plots, words


def test_of_many_products_the_dozen_that_sell_most_are_drawn_and_none_counted() -> None:
    words.speak("en", "USD")
    items = [*[f"Product {number}" for number in range(20)], "others", "order_level"]
    table = pd.DataFrame({"item": items, "share_amount": [0.01] * 20 + [0.8, 0.0]})

    said = [tick.get_text() for tick in plots.basket.products(table).get_yticklabels()]

    assert said == items[:12], "the others are thousands, not the rows that found no room"


def test_a_point_of_zero_is_drawn_whole() -> None:
    words.speak("en", "USD")
    table = pd.DataFrame({"pair": ["Gel → Oil"], "n_could": [40], "follow_rate": [0.0], "follow_rate_low": [0.0],
                          "follow_rate_high": [0.08]})  # fmt: skip
    points = [line for line in plots.basket.follow_ups(table).lines if line.get_marker() == "o"]
    assert not points[0].get_clip_on()
