"""Tags of messages: free texts of the client, read as the few materials that the method names."""

from __future__ import annotations

import re

import pandas as pd

from crmlib.analysis.checks import require_columns

# What shops call each material, in English and in Japanese.
TAGS: dict[str, tuple[str, ...]] = {
    "introduction": ("introduction", "intro", "welcome", "thanks", "自己紹介", "お礼", "挨拶", "ご挨拶"),
    "use": ("use", "usage", "how_to", "howto", "使い方", "使用方法"),
    "voice": ("voice", "voices", "review", "お客様の声", "声", "口コミ"),
    "benefit": ("benefit", "change", "before_after", "ベネフィット", "変化"),
    "feature": ("feature", "features", "ingredient", "ingredients", "spec", "特長", "特徴", "成分"),
    "story": ("story", "philosophy", "ストーリー", "想い", "開発秘話"),
    "book": ("book", "branding_book", "ブランディングブック", "ブック", "冊子"),
}
_BETWEEN = re.compile(r"[,;|/、，;・\s]+")
# The five materials of the first strategy; the first is a step mail and not a tag.
MATERIALS = {"material_step_mail": "", "material_book": "book", "material_voice": "voice", "material_use": "use",
             "material_benefit": "benefit"}  # fmt: skip


def tags_of(text: object) -> frozenset[str]:
    """The tags in a cell: ours where they are known under one of their names, else as the client writes them.

    Example:
        >>> sorted(tags_of("使い方、Voice; Sale"))
        ['sale', 'use', 'voice']
    """
    if not isinstance(text, str):
        return frozenset()
    ours = {name: tag for tag, names in TAGS.items() for name in names}
    found = [part.casefold().replace("-", "_") for part in _BETWEEN.split(text.strip()) if part]
    return frozenset(ours.get(part, part) for part in found)


def materials(messages: pd.DataFrame, scenarios: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """The five materials of educating by scenario: which are in the messages, and how often they were sent.

    The first, an educational step mail, is there where a scenario has two mails or more that are no offers; the others
    are there where a message has their tag. Where no message has any tag it is not known, and neither are the counts.

    Args:
        messages: message_id, scenario_id, channel, content_type, content_tags.
        scenarios: scenario_id, strategy; those of the commitment strategy have no step mail of education.
        counts: message_id, n_sends; of `aggregates.message_counts`.

    Returns columns:
        material (code); n_messages; n_scenarios; n_sends (NaN also where nothing was recorded as sent); material_state
        (material_there, material_missing, material_not_tagged).

    Raises:
        ValueError: a column is missing.
    """
    names = ["message_id", "scenario_id", "channel", "content_type", "content_tags"]
    require_columns("messages", messages.columns, names)
    tagged = [tags_of(text) for text in messages["content_tags"]]
    sent = messages["message_id"].map(counts.set_index("message_id")["n_sends"]).astype("float64").fillna(0)
    rows, nan = [], float("nan")
    for material, tag in MATERIALS.items():
        there = _educates(messages, scenarios) if not tag else pd.Series([tag in found for found in tagged], dtype=bool)
        chosen = there.to_numpy()
        known = not tag or any(tagged)
        state = "material_there" if chosen.any() else "material_missing" if known else "material_not_tagged"
        found = [
            chosen.sum(),
            messages.loc[chosen, "scenario_id"].nunique(),
            sent[chosen].sum() if len(counts) else nan,
        ]
        rows.append([material, *(float(n) if known else nan for n in found), state])
    return pd.DataFrame(rows, columns=["material", "n_messages", "n_scenarios", "n_sends", "material_state"])


def channels(messages: pd.DataFrame, counts: pd.DataFrame, *, known: tuple[str, ...]) -> pd.DataFrame:
    """Messages and sends of each channel, package inserts among them; the channels not used stand with none.

    Returns columns:
        contact_channel; n_messages; n_scenarios; n_sends (NaN where nothing was recorded as sent).
    """
    require_columns("messages", messages.columns, ["message_id", "scenario_id", "channel"])
    sent = messages["message_id"].map(counts.set_index("message_id")["n_sends"]).astype("float64").fillna(0)
    groups = messages.assign(n_sends=sent.to_numpy()).groupby(messages["channel"].astype(str))
    table = groups.agg(n_messages=("message_id", "size"), n_scenarios=("scenario_id", "nunique"),
                       n_sends=("n_sends", "sum"))  # fmt: skip
    table = table.reindex([*known, *[name for name in table.index if name not in known]]).fillna(0)
    table.index.name = "contact_channel"
    table = table.reset_index().astype({"n_messages": "int64", "n_scenarios": "int64"})
    return table if len(counts) else table.assign(n_sends=float("nan"))


def _educates(messages: pd.DataFrame, scenarios: pd.DataFrame) -> pd.Series:
    commits = set(scenarios.loc[scenarios["strategy"] == "commitment", "scenario_id"])
    mails = (messages["channel"] == "mail") & (messages["content_type"] != "offer")
    mails &= ~messages["scenario_id"].isin(commits)
    several = mails.groupby(messages["scenario_id"]).transform("sum") >= 2
    return (mails & several).reset_index(drop=True)
