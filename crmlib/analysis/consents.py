"""Through which channel a customer may be contacted at all: consent, refusal, and what is not known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_choice, require_columns

CHANNELS = ("line", "phone", "mail", "dm")
ALLOWED, REFUSED, CAMPAIGN, NOT_KNOWN = "allowed", "not_allowed", "line_campaign_only", "not_known"
TOLD = ["line_friend", "line_account", "call_ok", "do_not_call", "mail_optin", "dm_ok"]


def consent_states(consents: pd.DataFrame) -> pd.DataFrame:
    """What is known of every channel of every customer.

    LINE is allowed where the individual account is a friend's (individual, both); a friend of the campaign account
    alone is line_campaign_only, for the individual account is not used for campaigns and the other way round. The
    telephone is not allowed where do_not_call is true, whatever call_ok says. A blank is not known, which is neither.

    Args:
        consents: one row a customer: customer_id and line_friend, call_ok, do_not_call, mail_optin, dm_ok (true, false
            or missing), line_account (campaign, individual, both, none, unknown).

    Returns columns:
        customer_id; line, phone, mail, dm (allowed, not_allowed, line_campaign_only, not_known); line_account.

    Raises:
        ValueError: a column is missing.

    Example:
        >>> told = {"line_friend": [pd.NA], "call_ok": [True], "do_not_call": [True], "mail_optin": [True]}
        >>> consents = pd.DataFrame({"customer_id": ["a"], **told, "dm_ok": [pd.NA], "line_account": ["campaign"]})
        >>> consent_states(consents).iloc[0, 1:5].tolist()
        ['line_campaign_only', 'not_allowed', 'allowed', 'not_known']
    """
    require_columns("consents", consents.columns, ["customer_id", *TOLD])
    flags = {name: consents[name].astype("boolean") for name in TOLD if name != "line_account"}
    refused = flags["do_not_call"].fillna(False).to_numpy(dtype=bool)
    return pd.DataFrame({
        "customer_id": consents["customer_id"].astype("str"),
        "line": _line(consents["line_account"], flags["line_friend"]),
        "phone": np.where(refused, REFUSED, _state(flags["call_ok"])),
        "mail": _state(flags["mail_optin"]),
        "dm": _state(flags["dm_ok"]),
        "line_account": consents["line_account"].fillna("unknown").astype("str"),
    })  # fmt: skip


def choose_channel(states: pd.DataFrame, *, channels: Sequence[str] = CHANNELS) -> pd.DataFrame:
    """The first channel that is allowed, in the order given; where none is, whether all are refused or not known.

    Returns columns:
        contact_channel (one of `channels`, none where nothing is allowed); consent (allowed, not_allowed: nothing is
        allowed and all is known, not_known: nothing is allowed and something is not known).

    Raises:
        ValueError: a channel is not one of line, phone, mail, dm, or is missing.
    """
    for channel in channels:
        require_choice("channels", channel, CHANNELS)
    require_columns("states", states.columns, channels)
    chosen = pd.Series("none", index=states.index, dtype="str")
    for channel in reversed(list(channels)):
        chosen = chosen.where(states[channel] != ALLOWED, channel)
    unclear = states[list(channels)].eq(NOT_KNOWN).any(axis=1)
    consent = np.select([chosen != "none", unclear], [ALLOWED, NOT_KNOWN], REFUSED)
    return pd.DataFrame({"contact_channel": chosen, "consent": consent}, index=states.index)


def consent_counts(states: pd.DataFrame, *, channels: Sequence[str] = CHANNELS) -> pd.DataFrame:
    """How many of some customers may be contacted by each channel.

    Returns columns:
        contact_channel; n_allowed, n_not_allowed, n_campaign_only, n_not_known (they add up to the customers).
    """
    names = {"n_allowed": ALLOWED, "n_not_allowed": REFUSED, "n_campaign_only": CAMPAIGN, "n_not_known": NOT_KNOWN}
    counts = [{name: int(states[channel].eq(code).sum()) for name, code in names.items()} for channel in channels]
    return pd.DataFrame({"contact_channel": list(channels)}).join(pd.DataFrame(counts, columns=list(names)))


def _state(flag: pd.Series) -> np.ndarray:
    return np.select([flag.isna(), flag.fillna(False).astype(bool)], [NOT_KNOWN, ALLOWED], REFUSED)


def _line(account: pd.Series, friend: pd.Series) -> np.ndarray:
    left = (friend == False).fillna(False).to_numpy(dtype=bool)  # noqa: E712 - a blank is neither true nor false
    known = account.fillna("unknown").astype("str")
    cases = [left | (known == "none"), known.isin(["individual", "both"]), known == "campaign"]
    return np.select(cases, [REFUSED, ALLOWED, CAMPAIGN], NOT_KNOWN)
