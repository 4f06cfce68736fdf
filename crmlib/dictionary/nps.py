"""Columns, codes and definitions of surveys."""

from __future__ import annotations

from crmlib.dictionary.kinds import N_

COLUMNS: dict[str, tuple[str, str]] = {
    "nps": (N_("NPS"), "nps"),
    "answer": (N_("Answer"), "score"),
    "band": (N_("Band"), "label"),
    "n": (N_("Responses"), "responses"),
    "share": (N_("Share"), "share"),
    "group": (N_("Group"), "label"),
    "n_promoters": (N_("Promoters"), "responses"),
    "n_passives": (N_("Passives"), "responses"),
    "n_detractors": (N_("Detractors"), "responses"),
    "share_promoters": (N_("Share of promoters"), "share"),
    "share_passives": (N_("Share of passives"), "share"),
    "share_detractors": (N_("Share of detractors"), "share"),
    "nps_difference": (N_("NPS difference"), "signed_points"),
    "survey_id": (N_("Survey"), "id"),
    "n_sent": (N_("Sent"), "customers"),
    "n_answered": (N_("Answered"), "customers"),
    "response_rate": (N_("Response rate"), "share"),
}

CODES: dict[str, str] = {
    "promoters": N_("Promoters"),
    "passives": N_("Passives"),
    "detractors": N_("Detractors"),
    "usage": N_("use of the product"),
    "every_day": N_("uses it every day"),
    "sometimes": N_("uses it sometimes"),
    "stopped": N_("stopped using it"),
    "not_opened": N_("has not opened it"),
    "not_answered": N_("not answered"),
}

DEFINITIONS: dict[str, str] = {
    "nps": N_("Share of promoters (9-10) minus share of detractors (0-6), times 100, of those who answered."),
    "response_rate": N_("Customers who answered divided by customers the survey was sent to."),
}
