"""The shop of one learner, made once a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crmlib.workshop.data import Learner, open_learners_shop
from crmlib.workshop.lesson import Lesson, lesson_for
from tests.conftest import _once

if TYPE_CHECKING:
    from crmlib.shop import Shop


@pytest.fixture(scope="session")
def learners_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the demo learner (seed 0) with the shop made and prepared; for tests that only read it."""
    return _once(tmp_path_factory, "learner_0", _make)


def _make(folder: Path) -> None:
    folder.mkdir()
    open_learners_shop(folder, Learner())


@pytest.fixture(scope="session")
def learners_shop(learners_home: Path) -> Shop:
    """The shop itself, opened once."""
    return open_learners_shop(learners_home, Learner())


@pytest.fixture(scope="session")
def open_for_learner(learners_home: Path, learners_shop: Shop) -> Callable[[str], Lesson]:
    """Open a lesson of the demo learner on the shop that is open already."""

    def opened(name: str) -> Lesson:
        return lesson_for(name, Learner(), learners_home, learners_shop)

    return opened
