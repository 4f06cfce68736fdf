"""The chart of the KPIs: what it draws, what it says of chance, at every size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from crmlib import plots
from crmlib.analysis.kpi_ids import KPIS

MARKS = ["mark_bad", "mark_bad", "mark_fair", "mark_good"]
VERDICTS = ["beyond_chance", "within_chance", "within_scatter", "within_chance"]


def achieved(n: int) -> pd.DataFrame:
    reached = np.linspace(0.4, 1.6, n)
    names = {"kpi_id": [list(KPIS)[i % len(KPIS)] for i in range(n)], "achievement": reached}
    ends = {"achieved_from": reached * 0.8, "achieved_to": reached * 1.2}
    said = {"mark": [MARKS[i % 4] for i in range(n)], "gap_verdict": [VERDICTS[i % 4] for i in range(n)]}
    return pd.DataFrame({**names, **ends, **said})


def test_a_missing_interval_is_drawn_around(look: Any) -> None:
    frame = achieved(6)
    frame.loc[1, ["achieved_from", "achieved_to"]] = np.nan
    assert look(plots.kpi.achievement, frame) == []


def test_the_mark_is_always_said_and_chance_beside_what_is_not_reached(draw: Any, texts: Any) -> None:
    said = texts(draw(plots.kpi.achievement, achieved(4)))
    for wanted in ("× missed", "× missed (within chance)", "△ nearly (within a month's scatter)", "○ reached"):
        assert wanted in said
    trade = achieved(1).assign(mark="trade_good", gap_verdict="within_chance")
    assert "○ at the trade's benchmark" in texts(draw(plots.kpi.achievement, trade))


def test_an_achievement_off_the_scale_stands_at_the_edge(draw: Any) -> None:
    frame = achieved(2)
    frame.loc[1, ["achievement", "achieved_to"]] = [50.0, 80.0]
    axes = draw(plots.kpi.achievement, frame)
    assert axes.get_xlim()[1] < 4
