"""The small situation, written to a folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from small_situation import SMALL, Bent


@pytest.fixture
def bent(tmp_path: Path) -> Bent:
    """Writes the small situation, changed by a function, and gives its file."""

    def write(change: Callable[[dict[str, Any]], object] = lambda data: None) -> Path:
        data = yaml.safe_load(yaml.safe_dump(SMALL, sort_keys=False))
        change(data)
        folder = tmp_path / "situations"
        folder.mkdir(exist_ok=True)
        path = folder / f"{SMALL['id']}.yaml"
        path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
        return path

    return write
