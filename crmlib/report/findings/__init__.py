"""Results in, sentences out: one module a notebook."""

from __future__ import annotations

from crmlib.report.findings import abtest, nps, promotion, ranks, retention, rfm

__all__ = ["abtest", "nps", "promotion", "ranks", "retention", "rfm"]
