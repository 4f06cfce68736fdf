"""A client reads that a threshold changed, so every parameter of a notebook has a name in words."""

from __future__ import annotations

from pathlib import Path

from crmlib.batch.diff_conditions import BY_ITSELF
from crmlib.batch.template import read_template
from crmlib.dictionary import PARAMETERS

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def test_every_parameter_has_a_name_and_no_name_is_without_its_parameter() -> None:
    found = {one.name for path in NOTEBOOKS.glob("*.ipynb") for one in read_template(path).parameters}
    assert found - {*BY_ITSELF} == {*PARAMETERS}
