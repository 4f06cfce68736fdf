"""Who takes part: names from a file or numbers, a seed and a folder for each that no name can lead out of."""

from __future__ import annotations

import re
import unicodedata
import zlib
from dataclasses import asdict
from pathlib import Path

import yaml

from crmlib.errors import UserError
from crmlib.workshop.data import CONTROL, Learner, learner_of

FILE = "roster.yml"
MOST = 200
LONGEST = 60
_SEEDS = 1_000_000
# From a learner's first seed to the next one; first seeds lie closer together, so that two never come to the same.
SEED_STEP = 10_000_000
_RESERVED = {"con", "prn", "aux", "nul", *(f"{name}{i}" for name in ("com", "lpt") for i in range(1, 10))}
Roster = dict[str, Learner]


def numbered(count: int) -> list[str]:
    """Names where none are given: learner-01, learner-02.

    Raises:
        UserError: too few or too many.
    """
    if not 1 <= count <= MOST:
        raise UserError(f"--learners {count}: must be from 1 to {MOST}.")
    return [f"learner-{number:02d}" for number in range(1, count + 1)]


def read_names(path: Path) -> list[str]:
    """The names of a file, one a line; blank lines and lines that begin with # are left out.

    Raises:
        UserError: the file cannot be read, or a name in it cannot be used.
    """
    if not path.is_file():
        raise UserError(f"--names {path}: there is no such file.")
    names = [line.strip() for line in _text(path).splitlines()]
    names = [name for name in names if name and not name.startswith("#")]
    if not 1 <= len(names) <= MOST:
        raise UserError(f"--names {path}: {len(names)} names, must be from 1 to {MOST}.")
    for number, name in enumerate(names, start=1):
        if len(name) > LONGEST:
            raise UserError(f"--names {path}: name {number} has {len(name)} characters, must have at most {LONGEST}.")
        if name in names[: number - 1]:
            raise UserError(f"--names {path}: {name!r} stands there twice; add what tells the two apart.")
        if CONTROL.search(name):
            raise UserError(f"--names {path}: name {number} must be one line of text.")
    return names


def _text(path: Path) -> str:
    # What Excel saves in Japan is cp932; everything else is UTF-8 by now.
    raw = path.read_bytes()[:1_000_000]
    for encoding in ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UserError(f"--names {path}: must be a text file in UTF-8.")


def enrol(names: list[str], known: Roster, *, language: str, variant: str) -> Roster:
    """A learner for every folder; who was on the roster before keeps folder and seed."""
    found: Roster = {}
    before = {learner.name: (folder, learner.seed) for folder, learner in known.items()}
    folders = {folder for name, (folder, _) in before.items() if name in names}
    seeds = {seed % SEED_STEP for name, (_, seed) in before.items() if name in names}
    for number, name in enumerate(names, start=1):
        folder, seed = before.get(name) or (_folder(name, number, folders), _seed(name, seeds))
        folders.add(folder)
        seeds.add(seed % SEED_STEP)
        found[folder] = Learner(name=name, seed=seed, language=language, variant=variant)
    return found


def _seed(name: str, taken: set[int]) -> int:
    """A seed that depends on the name alone, so that the order of the names does not matter."""
    seed = zlib.crc32(name.encode()) % _SEEDS + 1
    while seed in taken:
        seed += 1
    return seed


def _folder(name: str, number: int, taken: set[str]) -> str:
    """A folder's name out of a person's: letters and digits of any language, - and _.

    Example:
        >>> _folder("../x", 1, set()), _folder("<script>", 2, set()), _folder("佐藤　花子", 3, set())
        ('x', 'script', '佐藤_花子')
        >>> _folder("...", 4, set()), _folder("X", 5, {"x"})
        ('learner-04', 'X-2')
    """
    plain = unicodedata.normalize("NFKC", name)
    base = re.sub(r"[^\w-]+", "_", plain).strip("_-")[:40].strip("_-")
    if not base or base.lower() in _RESERVED:
        base = f"learner-{number:02d}"
    lower = {each.lower() for each in taken}
    folder, again = base, 1
    while folder.lower() in lower:
        again += 1
        folder = f"{base}-{again}"
    return folder


def write_roster(path: Path, roster: Roster) -> None:
    """Write the roster, by which submissions are graded."""
    told = {folder: asdict(learner) for folder, learner in roster.items()}
    path.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")


def read_roster(path: Path) -> Roster:
    """The roster of a workshop.

    Raises:
        UserError: it is no roster.
    """
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
        return {_checked_folder(folder): learner_of(values, FILE) for folder, values in given.items()}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError, yaml.YAMLError):
        raise UserError(f"{path}: this is no roster of a workshop.") from None


def _checked_folder(folder: object) -> str:
    if not isinstance(folder, str) or not re.fullmatch(r"\w[\w-]*", folder):
        raise ValueError(folder)
    return folder
