"""Where a key stands in the client file, for sentences about what is wrong there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import yaml

    from crmlib.client import Client


def place(client: Client, *keys: str) -> str:
    """File and line of a key, such as `parameters/acme.yml line 12`; of the nearest key above it if it is not there."""
    where = client.path.relative_to(client.home).as_posix()
    line = _line(_root(client), keys)
    return f"{where} line {line}" if line else where


def _root(client: Client) -> yaml.Node | None:
    import yaml

    try:
        return yaml.compose(client.path.read_text(encoding="utf-8-sig"), yaml.SafeLoader)
    except (OSError, ValueError, yaml.YAMLError):
        return None


def _line(node: yaml.Node | None, keys: tuple[str, ...]) -> int:
    """The line of the deepest of the keys that is there; 0 when not even the first one is."""
    if not keys or node is None or isinstance(node.value, str):
        return 0
    items = node.value if node.id == "mapping" else [(child, child) for child in node.value]
    for number, (key, value) in enumerate(items):
        if keys[0] == (key.value if node.id == "mapping" else str(number)):
            return _line(value, keys[1:]) or key.start_mark.line + 1
    return 0
