"""Mutants of real exports are refused with one sentence, or read without a loss that no line of the ledger tells.

What a file must give is known before it is written (`model`), what a mutation may change of that is said where it is
made (`mutations`); nothing of the door has a part in either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmlib.errors import UserError
from tests.data.fuzz.door import Door, Outcome
from tests.data.fuzz.model import Mutant, forms, unmutated
from tests.data.fuzz.mutations import MUTATIONS

FIXED, MANY = 150, 10_000
# What is lost cannot be changed any more; what stands below is as wide as the rest; of two rows alike none is changed.
LAST = "lost_column words_below blank_lines twice"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    opened = Door(tmp_path_factory.mktemp("fuzz"))
    yield opened
    opened.con.close()


def mutant_of(seed: int, names: list[str]) -> tuple[Mutant, bytes]:
    rng = Random(seed)
    mutant = unmutated(forms()[seed % len(forms())], rng)
    for name in sorted(names, key=LAST.find):
        MUTATIONS[name](mutant, rng)
    try:
        return mutant, mutant.content(rng)
    except UnicodeEncodeError:
        mutant.encoding = "utf-8"
        return mutant, mutant.content(rng)


def fault(door: Door, seed: int, names: list[str]) -> str | None:
    """What is wrong with what the door makes of a mutant; None where nothing is."""
    mutant, content = mutant_of(seed, names)
    try:
        # Every second file is given to the fast reader of large files, which must leave what it cannot read.
        outcome = door.read(mutant, content, large=seed % 2 == 1)
    except UserError as error:
        return _wrong_refusal(mutant, str(error))
    except Exception as error:  # noqa: BLE001
        return f"{type(error).__name__}: {error}"
    return _wrong_reading(mutant, outcome)


def _wrong_refusal(mutant: Mutant, said: str) -> str | None:
    if mutant.refused == "never" and not mutant.wild:
        return f"refused without need: {said}"
    if "\n" in said or not said.endswith((".", "?")) or len(said) > 3000 or "Traceback" in said:
        return f"not one sentence: {said}"
    unnamed = "column" in said and mutant.says and not mutant.above and not any(word in said for word in mutant.says)
    if unnamed or not re.search(r"orders\.csv|client file", said):
        return f"does not say where: {said}"
    return None


def _wrong_reading(mutant: Mutant, outcome: Outcome) -> str | None:
    # What a file was to be refused for may lie behind the place where it was cut.
    if mutant.refused == "must" and not mutant.bytes_last:
        return f"read, and should not be: {outcome.ledger}"
    ledger, lines = outcome.ledger, outcome.lines
    if not ledger.balanced() or ledger.rows_used < lines.total() or ledger.amount_used != _yen(lines):
        return f"the books do not balance: {ledger}"
    if mutant.wild:
        return None
    least, most = (len(mutant.lines) + more for more in mutant.records)
    if not least <= ledger.rows_read <= most:
        return f"{ledger.rows_read} rows read of {least} to {most}"
    lost, new = mutant.must() - lines, lines - mutant.must() - mutant.may_be()
    return f"lost {dict(lost)}, made up {dict(new)}; {ledger.lines}" if lost or new else None


def _yen(lines: dict[tuple[str, str, str, int], int]) -> int:
    return sum(line[3] * n for line, n in lines.items())


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTATIONS)
def test_one_mutation_in_each_form(door: Door, name: str) -> None:
    found = [(form.name, said) for seed, form in enumerate(forms()) if (said := fault(door, seed, [name]))]
    assert not found


@pytest.mark.slow
def test_what_is_not_mutated_is_read_to_the_yen_in_every_form(door: Door) -> None:
    assert [(form.name, said) for seed, form in enumerate(forms()) if (said := fault(door, seed, []))] == []


def test_mutants_of_fixed_seeds(door: Door) -> None:
    found = []
    for seed in range(FIXED):
        names = Random(-seed - 1).choices(list(MUTATIONS), k=1 + seed % 3)
        if said := fault(door, seed, names):
            found.append((seed, names, said))
    assert not found


@pytest.mark.slow
@settings(max_examples=MANY, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 100_000), st.lists(st.sampled_from(list(MUTATIONS)), min_size=1, max_size=4))
def test_ten_thousand_mutants(door: Door, seed: int, names: list[str]) -> None:
    assert fault(door, seed, names) is None
