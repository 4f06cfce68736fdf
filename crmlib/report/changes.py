"""What changed between two reports of a client, in words: made by `batch.diff`, laid out on pages and terminals."""

from __future__ import annotations

from dataclasses import dataclass, field

POLICY, THRESHOLDS, INPUTS, SETTINGS, NOTEBOOKS, VERSIONS = GROUPS = (
    "changed_policy", "changed_thresholds", "changed_inputs", "changed_settings", "changed_notebooks",
    "changed_versions",
)  # fmt: skip
BEYOND, WITHIN, A_DAY = "beyond_chance", "within_chance", "within_chance_a_day"
OTHERWISE, SHARED, BARE = UNJUDGED = ("counted_otherwise", "shares_customers", "without_interval")
NEW, GONE, CHANGED = STATES = ("exhibit_new", "exhibit_gone", "exhibit_changed")


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """An earlier report that stands beside this one: its folder's name and its base date."""

    folder: str
    as_of: str


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One thing that the two reports were made under differently; `name` is what the consultant calls it.

    `old` is empty where nothing is known but that it is another one now.
    """

    group: str
    label: str
    old: str
    new: str
    name: str = ""
    notebook: str = ""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A metric, or the KPI of a month, then and now; `judged` is one of BEYOND, WITHIN, UNJUDGED, or empty."""

    notebook: str
    id: str
    title: str
    old: str
    new: str
    change: str = ""
    judged: str = ""
    interval: str = ""
    better: bool | None = None
    marks: tuple[str, str] = ("", "")
    months: tuple[str, str] = ("", "")
    size: float = 0.0

    @property
    def marked_anew(self) -> bool:
        """Whether a KPI has another mark than before."""
        return self.marks[0] != self.marks[1]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell of a table, then and now."""

    column: str
    old: str
    new: str
    change: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row that both tables have, and the cells of it that changed."""

    key: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table, grid, chart or list, then and now; of a list only the number of its rows is told."""

    notebook: str
    id: str
    title: str
    state: str = CHANGED
    n_old: int = 0
    n_new: int = 0
    is_list: bool = False
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()

    @property
    def n_cells(self) -> int:
        """How many cells changed."""
        return sum(len(row.cells) for row in self.rows)


@dataclass(frozen=True, kw_only=True)
class Said:
    """A finding or a conclusion: the lines that are no longer said and those said instead."""

    notebook: str
    id: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    is_conclusion: bool = False


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A notebook whose verdict changed; a notebook that one report lacks has the verdict `not_run`."""

    notebook: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Everything that changed between two reports of one client, in their language; nothing where nothing did."""

    client: str
    title: str
    language: str
    currency: str
    old_as_of: str
    new_as_of: str
    version: str
    conditions: list[Condition] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    kpis: list[Figure] = field(default_factory=list)
    metrics: list[Figure] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        """Whether the two reports say the same."""
        return not (self.conditions or self.verdicts or self.kpis or self.metrics or self.tables or self.said)

    def notebooks(self) -> list[str]:
        """The notebooks whose exhibits changed, in the order in which they come up."""
        named = [[one.notebook for one in self.metrics], [one.notebook for one in self.said],
                 [one.notebook for one in self.tables]]  # fmt: skip
        return list(dict.fromkeys(name for names in named for name in names))

    def grouped(self) -> list[tuple[str, list[Condition]]]:
        """The conditions that changed, group by group, the counting policy first."""
        parts = [(group, [one for one in self.conditions if one.group == group]) for group in GROUPS]
        return [(group, found) for group, found in parts if found]
