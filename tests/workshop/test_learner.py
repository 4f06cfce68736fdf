"""The learner's file, and lessons that are found by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmlib import workshop
from crmlib.errors import UserError
from crmlib.workshop.data import MOST_SEED, Learner, find_learner, read_learner, write_learner


def test_the_nearest_file_above_the_notebook_counts(tmp_path: Path) -> None:
    write_learner(tmp_path / "learner.yml", Learner(name="佐藤", seed=7, language="ja", variant="messy"))
    (tmp_path / "a" / "b").mkdir(parents=True)
    learner, folder = find_learner(tmp_path / "a" / "b")
    assert learner == Learner(name="佐藤", seed=7, language="ja", variant="messy")
    assert folder == tmp_path


def test_without_a_file_it_is_the_demo_learner_whose_data_lie_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    learner, folder = find_learner(tmp_path)
    assert learner == Learner(name="demo learner", seed=0, language="en", variant="clean")
    assert folder == tmp_path / "crmlib" / "workshop"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: [", "learner.yml cannot be read as YAML; write it anew with crm workshop."),
        ("- a", "learner.yml must have name, seed, language and variant, and nothing else."),
        ("name: a\nseed: 1\nlanguage: ja", "learner.yml must have name, seed, language and variant, and nothing else."),
        ("name: a\nseed: x\nlanguage: ja\nvariant: clean",
         f"learner.yml: seed is 'x', must be a whole number from 0 to {MOST_SEED}."),
        ("name: a\nseed: -1\nlanguage: ja\nvariant: clean",
         f"learner.yml: seed is -1, must be a whole number from 0 to {MOST_SEED}."),
        ("name: a\nseed: true\nlanguage: ja\nvariant: clean",
         f"learner.yml: seed is True, must be a whole number from 0 to {MOST_SEED}."),
        ("name: a\nseed: 1\nlanguage: fr\nvariant: clean", "learner.yml: language is 'fr', must be ja or en."),
        ("name: a\nseed: 1\nlanguage: ja\nvariant: wild", "learner.yml: variant is 'wild', must be clean or messy."),
        ("name: ''\nseed: 1\nlanguage: ja\nvariant: clean", "learner.yml: name must be one line of text."),
        ('name: "a\\nb"\nseed: 1\nlanguage: ja\nvariant: clean', "learner.yml: name must be one line of text."),
        ("name: 5\nseed: 1\nlanguage: ja\nvariant: clean", "learner.yml: name must be one line of text."),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "learner.yml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as error:
        read_learner(tmp_path / "learner.yml")
    assert str(error.value) == message


def test_a_lesson_that_is_not_there_is_named_with_the_nearest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"^there is no lesson 'stage', did you mean 'stages'\?$"):
        workshop.open_lesson("stage")


def test_the_room_offers_one_name() -> None:
    with pytest.raises(AttributeError, match=r"^module 'crmlib.workshop' has no attribute 'open_leson'$"):
        workshop.open_leson  # noqa: B018
