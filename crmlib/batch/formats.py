"""What a report can be written as, and whether this machine can write it."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from pathlib import Path

from crmlib.errors import UserError

FORMATS = ("html", "xlsx", "pdf", "pptx")
# The package behind a format and the extra of crmlib that brings it.
EXTRAS = {"pdf": ("weasyprint", "pdf"), "pptx": ("pptx", "slides")}
# WeasyPrint draws with Pango, which pip does not bring.
PANGO = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 (Debian), brew install pango (macOS)"


def check_formats(formats: Iterable[str], template: Path | None = None) -> None:
    """Refuse a format that this machine cannot write, and a template that carries no slides, before any notebook.

    Raises:
        UserError: its package, or the library behind it, is missing (says how to get it), or the template will not do.
    """
    for name in formats:
        package, extra = EXTRAS.get(name, ("", ""))
        if package:
            _import(name, package, extra)
        if name == "pptx" and template is not None:
            _try(template)


def _try(template: Path) -> None:
    from crmlib.report.deck_trial import trial_fault

    if wrong := trial_fault(template):
        raise UserError(f"slides.template '{template.name}' {wrong}.")


def _import(name: str, package: str, extra: str) -> None:
    try:
        importlib.import_module(package)
    except ModuleNotFoundError as error:
        said = f"{name}: the package {error.name} is missing, get it with pip install 'crmlib[{extra}]'."
        raise UserError(said) from None
    except OSError:
        raise UserError(f"{name}: the library Pango is missing, get it with {PANGO}.") from None
