"""The tables of the scenario notebook as a page shows them: names instead of ids, and who is to be served how."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence

import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.lifecycle import SEGMENTS
from crmlib.analysis.scenario_guards import CONTENT, NEEDED
from crmlib.analysis.stages import NEEDS

PAGE_ROWS = 24
STRATEGIES = {"strategy_education": "physical", "strategy_commitment": "intangible"}
CHANNELS = ("mail", "line", "dm", "phone", "insert", "chat", "other")
SHEET_COLUMNS = ["scenario_name", "target_segment", "start_event", "step_no", "message_name", "offset_days",
                 "contact_channel", "content_type", "content_tags", "discount_rate"]  # fmt: skip
MAIL_COLUMNS = ["scenario_name", "step_no", "message_name", "n_sent", "n_in_sequence", "reach_rate", "open_rate",
                "click_rate", "goal_rate", "stop_rate", "left_rate"]  # fmt: skip
UNTOLD = ("effect_untellable", "effect_no_evidence")
PAGE_OUTCOMES = ("outcome_continued", "outcome_crossed", "outcome_rose")
GOAL_COLUMNS = ["goal_measure", "window_days", "n_sent_group", "rate_sent", "n_held_group", "rate_held",
                "effect_difference", "effect_difference_low", "effect_difference_high", "pvalue",
                "effect_verdict"]  # fmt: skip
EFFECT_COLUMNS = ["n_sent_group", "rate_sent", "n_held_group", "rate_held", "effect_difference",
                  "effect_difference_low", "effect_difference_high", "pvalue_adjusted", "effect_verdict"]  # fmt: skip
REVIVAL_COLUMNS = ["scenario_name", "n_approached_sent", "n_mails", "n_revived", "revival_rate", "revival_rate_low",
                   "revival_rate_high", "n_approached_held", "rate_held", "send_cost", "cost_per_revived",
                   "cost_per_extra", "cost_per_extra_low", "cost_per_extra_high", "cost_per_new"]  # fmt: skip


def stage_numbers(stages: pd.DataFrame, segments: pd.DataFrame) -> dict[str, float]:
    """Customers now by the code of each stage and segment; NaN where it cannot be told.

    Args:
        stages: stage, n_customers; of `stage_tables.stage_table`.
        segments: segment, n_customers; of `lifecycle.segment_table`.
    """
    told = [zip(stages["stage"].astype(str), stages["n_customers"].astype("float64"), strict=True)]
    told.append(zip(segments["segment"].astype(str), segments["n_customers"].astype("float64"), strict=True))
    return {code: float(n) for part in told for code, n in part}


def named(table: pd.DataFrame, scenarios: pd.DataFrame) -> pd.DataFrame:
    """A table by scenario_id with the scenario's name first, its id where it has none."""
    require_columns("table", table.columns, ["scenario_id"])
    told = scenarios.drop_duplicates("scenario_id").set_index("scenario_id")["name"].to_dict()
    names = [told.get(key) if isinstance(told.get(key), str) else key for key in table["scenario_id"]]
    found = table.drop(columns="scenario_id")
    found.insert(0, "scenario_name", pd.Series(names, index=table.index, dtype="object"))
    return found


def of_focus(table: pd.DataFrame, scenarios: pd.DataFrame, entered: pd.DataFrame) -> pd.DataFrame:
    """The rows of one scenario: the first marked as focus, else the one with most customers, else none."""
    marked = scenarios.loc[scenarios["is_focus"].fillna(False).astype(bool), "scenario_id"].sort_values()
    sizes = entered["scenario_id"].value_counts()
    largest = sorted(sizes[sizes == sizes.max()].index)[:1] if len(sizes) else []
    chosen = [*marked[marked.isin(sizes.index)].tolist(), *largest][:1]
    return table[table["scenario_id"].isin(chosen)].reset_index(drop=True)


def goal_rows(compared: pd.DataFrame) -> pd.DataFrame:
    """The goal of every scenario that can be told: with enough in both groups, and no word against how they came."""
    rows = compared[compared["effect_outcome"] == "outcome_goal"]
    return rows[~rows["effect_verdict"].isin(UNTOLD)].reset_index(drop=True)


def served(segments: pd.DataFrame, consent: pd.DataFrame, *, automated: Collection[str]) -> pd.DataFrame:
    """How each segment is to be served: by technology alone, or by people too.

    Args:
        segments: of `lifecycle.segment_table`.
        consent: of `roll_out.population`: segment, contactable.
        automated: codes of the segments that no person's time is spent on.

    Returns columns:
        segment; n_customers; n_contactable (NaN where consent is not known, or for prospects); amount_per_customer;
        served_by (served_by_mail, served_by_people).

    Raises:
        ValueError: a segment that is none.
    """
    unknown = sorted(set(automated) - set(SEGMENTS))
    if unknown:
        raise ValueError(f"automated == {unknown[0]!r}, must be one of {', '.join(SEGMENTS)}.")
    table = segments[["segment", "n_customers", "amount_per_customer"]].copy()
    allowed = consent.groupby(consent["segment"].astype(str))["contactable"].sum(min_count=1)
    table.insert(2, "n_contactable", table["segment"].astype(str).map(allowed).astype("float64"))
    by = table["segment"].astype(str).isin(list(automated)).map({True: "served_by_mail", False: "served_by_people"})
    return table.assign(served_by=by.astype("str"))


def strategies(scenarios: pd.DataFrame, *, goods: str) -> pd.DataFrame:
    """The two strategies of repeat: which fits the goods, and how many scenarios follow each.

    Returns columns:
        strategy_kind; goods_kind (goods_physical, goods_intangible); strategy_fit (fits_goods, fits_other_goods);
        n_scenarios.
    """
    rows = []
    for strategy, kind in STRATEGIES.items():
        n = int((scenarios["strategy"] == strategy.removeprefix("strategy_")).sum())
        rows.append([strategy, f"goods_{kind}", "fits_goods" if kind == goods else "fits_other_goods", n])
    return pd.DataFrame(rows, columns=["strategy_kind", "goods_kind", "strategy_fit", "n_scenarios"])


def six_steps(names: Sequence[str]) -> pd.DataFrame:
    """The steps as the client file names them; none are invented where it names none.

    Returns columns:
        step_name.
    """
    return pd.DataFrame({"step_name": pd.Series(list(names), dtype="str")})


def channel_costs(costs: Mapping[str, float], channels: Sequence[str], *, currency: str) -> dict[str, float]:
    """The guessed cost of one contact by channel, in yen; NaN for other currencies and channels without a guess.

    Example:
        >>> channel_costs({"call": 500, "mail": 1}, ["phone", "insert"], currency="JPY")
        {'phone': 500.0, 'insert': nan}
    """
    told = {**costs, "phone": costs.get("call", math.nan)} if currency == "JPY" else {}
    return {channel: float(told.get(channel, math.nan)) for channel in channels}


def present(has: Callable[[str], bool]) -> list[str]:
    """The tables that the stages and prospects need and the client has."""
    wanted = sorted({"orders", "customers", *[name for names in NEEDS.values() for name in names]})
    return [name for name in wanted if has(name)]


def names_by_id(scenarios: pd.DataFrame) -> dict[str, str]:
    """The name of each scenario that has one."""
    rows = scenarios.dropna(subset=["name"])
    return dict(zip(rows["scenario_id"].astype(str), rows["name"].astype(str), strict=True))


def verdicts(compared: pd.DataFrame) -> set[str]:
    """The verdicts on the goals of all scenarios."""
    return set(compared.loc[compared["effect_outcome"] == "outcome_goal", "effect_verdict"])


def is_certain(compared: pd.DataFrame) -> bool:
    """Whether a scenario is shown to do better, or worse, than its hold-out."""
    return bool(verdicts(compared) & {"effect_better", "effect_worse"})


def is_good(compared: pd.DataFrame) -> bool:
    """Whether a scenario is shown to do better and none to do worse."""
    found = verdicts(compared)
    return "effect_better" in found and "effect_worse" not in found


def sheet_page(sheet: pd.DataFrame) -> pd.DataFrame:
    """The sheet of scenarios in the rows and columns of a page."""
    return sheet[SHEET_COLUMNS].head(PAGE_ROWS)


def needed_page(guarded: pd.DataFrame) -> pd.DataFrame:
    """What each scenario needs, those that lack most first."""
    rows = guarded.sort_values(["n_missing", "scenario_id"], ascending=[False, True])
    return rows[["scenario_name", *NEEDED, "scenario_state"]].head(PAGE_ROWS).reset_index(drop=True)


def rules_page(guarded: pd.DataFrame) -> pd.DataFrame:
    """The rules of content, those who break most first."""
    rows = guarded.sort_values(["n_missing", "scenario_id"], ascending=[False, True])
    names = ["scenario_name", "n_messages", "n_offers", *CONTENT]
    return rows[names].head(PAGE_ROWS).reset_index(drop=True)


def mix_page(mix: pd.DataFrame) -> pd.DataFrame:
    """What was sent to each segment, with what was planned beside it."""
    return mix.drop(columns=["brand_gap", "product_gap"])


def mail_page(mails: pd.DataFrame) -> pd.DataFrame:
    """The mails in the rows and columns of a page."""
    return mails[MAIL_COLUMNS].head(PAGE_ROWS)


def goal_page(judged: pd.DataFrame) -> pd.DataFrame:
    """The goal of every scenario in the columns of a page, those that cannot be told last."""
    rows = judged[judged["effect_outcome"] == "outcome_goal"]
    last = rows["effect_verdict"] == "effect_untellable"
    rows = pd.concat([rows[~last], rows[last]])
    return rows[["scenario_name", *GOAL_COLUMNS]].head(PAGE_ROWS).reset_index(drop=True)


def effect_page(compared: pd.DataFrame) -> pd.DataFrame:
    """Other outcomes, or steps, against the hold-out in the rows and columns of a page; the rest is in the sheet.

    Shown are the two ways to rise, with the stage itself, as far as they can be told.
    """
    names = [name for name in ("scenario_name", "effect_outcome", "step_no", "message_name") if name in compared]
    if "effect_outcome" in compared:
        compared = compared[compared["effect_outcome"].isin(PAGE_OUTCOMES)]
    told = compared[compared["effect_verdict"] != "effect_untellable"]
    return (told if len(told) else compared)[[*names, *EFFECT_COLUMNS]].head(PAGE_ROWS).reset_index(drop=True)


def n_comparisons(compared: pd.DataFrame) -> int:
    """How many comparisons were corrected together."""
    return int(compared["pvalue_adjusted"].notna().sum())


def revival_page(costs: pd.DataFrame) -> pd.DataFrame:
    """Revivals and their cost in the columns of a page.

    A cost of one beyond those who come back anyway stands only with both ends: where the mails may have brought nobody
    it has none upwards, and the figure alone would look sure.
    """
    page = costs[REVIVAL_COLUMNS].head(PAGE_ROWS)
    extra = [name for name in REVIVAL_COLUMNS if name.startswith("cost_per_extra")]
    return page.assign(**{name: page[name].where(page["cost_per_extra_high"].notna()) for name in extra})
