"""What a person sees while a run works: a moving line on a terminal, plain lines elsewhere; both on standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID


class Progress:
    """Tells of one client after the other, and of each notebook as it ends."""

    def __init__(self, *, terminal: bool | None = None) -> None:
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        if sys.stderr.isatty() if terminal is None else terminal:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

            columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)

    def __enter__(self) -> Progress:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def reading(self, client: str) -> None:
        """The export is being read."""
        if self._bar:
            self._forget()
            self._task = self._bar.add_task(f"{client}: reading the export", total=None)
        else:
            self._line(f"{client}: reading the export")

    def running(self, client: str, count: int) -> None:
        """So many notebooks have been started."""
        if self._bar:
            self._forget()
            self._task = self._bar.add_task(f"{client}: notebooks", total=count)
        else:
            self._line(f"{client}: running {count} notebooks")

    def done(self, client: str, notebook: str, verdict: str, seconds: float) -> None:
        """A notebook has ended."""
        if self._bar and self._task is not None:
            self._bar.update(self._task, advance=1, description=f"{client}: {notebook} {verdict}")
        elif not self._bar:
            self._line(f"{client}: {notebook} {verdict} in {seconds:.1f} s")

    def note(self, text: str) -> None:
        """Something worth knowing that changes nothing."""
        if self._bar:
            self._bar.console.print(text, highlight=False, markup=False)
        else:
            self._line(text)

    def _forget(self) -> None:
        if self._bar and self._task is not None:
            self._bar.remove_task(self._task)

    def _line(self, text: str) -> None:
        sys.stderr.write(text + "\n")
