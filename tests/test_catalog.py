"""The catalog: tables by name, with their source."""

from __future__ import annotations

import subprocess
import sys

import pytest

from chartpath import catalog
from chartpath.errors import BadInput


def test_a_table_carries_its_source() -> None:
    frame = catalog.load("codesets/icd10cm/seventh-characters")
    assert list(frame.columns) == ["node", "character", "meaning", "inclusion"]
    assert len(frame) == 1790
    assert "icd10c-tabular-April-1-2026.xml" in frame.attrs["source"]
    assert frame.attrs["edition"] == "April 2026"
    assert "public domain" in frame.attrs["license"]
    assert frame.attrs["columns"]["character"]


def test_a_table_in_parts_is_one() -> None:
    frame = catalog.load("codesets/icd10cm/codes")
    assert len(frame) == sum(
        len(catalog.load(f"codesets/icd10cm/codes-{part}")) for part in ("a-to-r", "s-to-t", "u-to-z")
    )
    assert frame["code"].iloc[0] == "A00"
    assert frame["code"].iloc[-1] == "U09.9"
    assert frame["billable"].dtype == "Int64"


def test_text_stays_text() -> None:
    frame = catalog.load("codesets/icd10cm/seventh-characters")
    assert {"0", "1", "A"} <= set(frame["character"])
    index = catalog.load("codesets/icd10cm/index-terms")
    assert index["term"].notna().all()


def test_an_unknown_table_names_near_ones() -> None:
    with pytest.raises(BadInput, match="codesets/icd10cm/notes"):
        catalog.load("codesets/notes")
    with pytest.raises(BadInput, match="no such table"):
        catalog.load("")
    with pytest.raises(BadInput, match="The tables are: "):
        catalog.load("qqqqqq")


@pytest.mark.parametrize("name", catalog.names())
def test_every_table_loads_with_the_columns_it_describes(name: str) -> None:
    frame = catalog.load(name)
    assert list(frame.columns) == list(frame.attrs["columns"])
    assert len(frame) > 0
    assert all(frame.attrs[key] for key in ("title", "source", "license", "edition"))


def test_pandas_is_imported_only_when_a_table_is_loaded() -> None:
    code = "import sys; from chartpath import catalog; catalog.names(); print('pandas' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "False\n"
    )
