"""Orders by month: what is told apart, and how it looks at any number of months."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

from crmlib import plots
from crmlib.plots import colours

VERDICTS = ["begins", "whole", "empty", "whole", "far_below", "whole", "whole", "whole", "whole", "partial"]


def months(n: int) -> pd.DataFrame:
    verdicts = [VERDICTS[i % 10] for i in range(n)]
    orders = [0 if verdict == "empty" else 123 + 40 * (i % 7) for i, verdict in enumerate(verdicts)]
    return pd.DataFrame({"month": 24_000 + np.arange(n), "n_orders": orders, "month_verdict": verdicts})


def test_holes_are_orange_and_cut_off_months_hatched(draw: Any) -> None:
    ax = draw(plots.quality.months, months(10))
    tints = [to_hex(bar.get_facecolor()) for bar in ax.patches[:10]]
    assert [tint == colours.BAD for tint in tints] == [verdict in ("empty", "far_below") for verdict in VERDICTS]
    assert [bar.get_hatch() for bar in ax.patches[:10]] == ["////", *[None] * 8, "////"]


def test_missing_numbers_are_drawn_around(look: Any) -> None:
    table = months(6).astype({"n_orders": "float64"})
    assert look(plots.quality.months, table.assign(n_orders=table["n_orders"].where(table["month"] > 24_002))) == []
    assert look(plots.quality.months, table.assign(n_orders=np.nan)) == []
