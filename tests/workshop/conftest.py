"""The shop of one learner, made once a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmlib.workshop.data import Learner, open_learners_shop
from tests.conftest import _once


@pytest.fixture(scope="session")
def learners_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the demo learner (seed 0) with the shop made and prepared; for tests that only read it."""
    return _once(tmp_path_factory, "learner_0", _make)


def _make(folder: Path) -> None:
    folder.mkdir()
    open_learners_shop(folder, Learner())
