"""Intervals hold what they say and equal arms are rarely called different: benchmarks/coverage.py, all of it slow."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from scipy import stats

NAMES = [
    "Wilson, one proportion",
    "Clopper-Pearson, one proportion",
    "score, difference of proportions",
    "Newcombe, difference of proportions",
    "exact, difference of proportions",
    "always-valid, difference of proportions",
    "Welch, difference of means",
    "always-valid, difference of means",
    "delta method, difference of ratios",
    "CUPED, difference of means",
    "NPS, one score",
    "NPS, difference of scores",
    "A/A score",
    "A/A Newcombe",
    "A/A exact",
    "A/A Welch",
    "A/A order value",
    "A/A CUPED",
]


@pytest.fixture(scope="module")
def measured() -> ModuleType:
    """The benchmark as a module, under a name that no package has."""
    path = Path(__file__).resolve().parents[2] / "benchmarks" / "coverage.py"
    spec = importlib.util.spec_from_file_location("benchmark_of_coverage", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_target_is_kept(measured: ModuleType, name: str) -> None:
    measure, target = measured.sets(measured.DRAWS)[name]
    mean, worst, kept = measured.judge(measure(), target)

    assert kept, f"{name}: mean {mean:.2%}, worst {worst.share:.2%} at {worst.label}, target {target}"


def test_every_set_of_the_benchmark_is_tested(measured: ModuleType) -> None:
    assert list(measured.sets(1)) == NAMES


def test_wilson_is_enumerated(measured: ModuleType) -> None:
    cells = list(measured.one_proportion(measured.wilson))

    assert measured.judge(cells, measured.AS_SAID)[2]
    # Wilson's interval holds one half where |x - 25| <= 1.96 sqrt(50 / 4) = 6.93: 19 to 31 successes.
    by_hand = stats.binom.cdf(31, 50, 0.5) - stats.binom.cdf(18, 50, 0.5)
    assert next(cell.share for cell in cells if cell.label == "n 50 p 0.5") == pytest.approx(by_hand)


METHODS = [("score", "AS_SAID"), ("newcombe", "AS_SAID"), ("melded", "AT_LEAST"), ("sequence", "AT_LEAST")]


@pytest.mark.parametrize(("method", "target"), METHODS)
def test_a_fixed_sample_of_two_proportions(measured: ModuleType, method: str, target: str) -> None:
    sizes = ((7, 7),) if method == "melded" else ((40, 30),)
    found: dict[Any, Any] = {}
    cells = [
        measured._cell(getattr(measured, method), found, size, (p, p + lift))
        for size in sizes
        for p, lift in ((0.4, 0.0), (0.4, 0.15))
    ]

    bounds = getattr(measured, target)
    assert min(cell.share for cell in cells) >= bounds.worst
    assert max(cell.share for cell in cells) <= (0.97 if target == "AS_SAID" else 1)


def test_a_method_that_holds_too_little_misses_its_target(measured: ModuleType) -> None:
    # Wald's interval of one proportion, the usual wrong one.
    from crmlib.analysis.intervals import Interval

    def wald(x: float, n: float) -> Interval:
        half = 1.96 * np.sqrt(x * (n - x) / n) / n
        return Interval(x / n - half, x / n + half)

    assert not measured.judge(list(measured.one_proportion(wald)), measured.AS_SAID)[2]


def test_the_script_says_so_by_its_exit(measured: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def cells(share: float) -> Any:
        return lambda: [measured.Cell("n 50", share, 20)]

    monkeypatch.setattr(sys, "argv", ["coverage"])
    for share, code in ((0.95, 0), (0.92, 1)):
        monkeypatch.setattr(measured, "sets", lambda _, share=share: {"one": (cells(share), measured.AS_SAID)})
        assert measured.main() == code
    assert "MISSED" in capsys.readouterr().out
