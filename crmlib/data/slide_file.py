"""A consultant's own PowerPoint file as the ground of the slides: whether it can be one, told without opening it."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

TYPES = "[Content_Types].xml"
_MAIN = re.compile(rb"presentationml\.(?:presentation|template)\.main\+xml")
_MACROS = re.compile(rb"vnd\.ms-(?:powerpoint\.\w+\.macroEnabled|office\.vbaProject)")
_LAYOUT = re.compile(r"ppt/slideLayouts/slideLayout\d+\.xml")
_TITLE = re.compile(rb'<p:ph\b[^>]*\btype="(?:title|ctrTitle)"')
_OUTSIDE = re.compile(rb'<Relationship\b[^>]*TargetMode="External"[^>]*>')
_MOST_BYTES = 200_000_000  # of one part, unpacked


def fault(path: Path) -> str:
    """What keeps a file from being a template of slides, as the end of a sentence; empty when nothing does."""
    try:
        if not path.is_file():
            return "is not there"
        with zipfile.ZipFile(path) as parts:
            return _fault(parts)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
        return "is no PowerPoint file (.pptx or .potx)"


def _fault(parts: zipfile.ZipFile) -> str:
    names = parts.namelist()
    if TYPES not in names or any(part.file_size > _MOST_BYTES for part in parts.infolist()):
        return "is no PowerPoint file (.pptx or .potx)"
    types = parts.read(TYPES)
    if _MACROS.search(types):
        return "holds macros, save it as .pptx or .potx"
    if not _MAIN.search(types):
        return "is no PowerPoint file (.pptx or .potx)"
    if any(_leads_out(parts.read(name)) for name in names if name.startswith("ppt/") and name.endswith(".rels")
           and "/slides/" not in name and "/notesSlides/" not in name):  # fmt: skip
        return "links to a picture or file outside of it, embed that first"
    if not any(_TITLE.search(parts.read(name)) for name in names if _LAYOUT.fullmatch(name)):
        return "has no layout with a title"
    return ""


def _leads_out(relations: bytes) -> bool:
    """Whether something other than a link of a text points out of the file; such links are dropped."""
    return any(b"/hyperlink" not in found for found in _OUTSIDE.findall(relations))
