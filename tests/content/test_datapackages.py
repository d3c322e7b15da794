"""Every Data Package: valid, complete, and true to its files."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package, Resource, Schema, validate

DATASETS = Path(__file__).resolve().parents[2] / "datasets"
PACKAGES = sorted(DATASETS.rglob("datapackage.json"))
# The one at the top holds only the others.
OWN_TABLES = [path for path in PACKAGES if path.parent != DATASETS]
RESOURCES = [
    pytest.param(package.parent, resource, id=f"{package.parent.name}-{resource['name']}")
    for package in PACKAGES
    for resource in json.loads(package.read_text(encoding="utf-8"))["resources"]
]
# So many rows of a table are validated against its schema; the `slow` test validates them all.
ROWS = 2_000


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.parent.name)
def test_the_description_is_valid(package: Path) -> None:
    content = json.loads(package.read_text(encoding="utf-8"))
    report = Package.validate_descriptor(content, basepath=str(package.parent))
    assert report.valid, [error.message for error in report.errors]
    assert content["name"]
    assert content["title"]


@pytest.mark.parametrize(("folder", "resource"), RESOURCES)
def test_a_resource_says_what_it_is(folder: Path, resource: dict[str, Any]) -> None:
    for key in ("name", "path", "title", "sources", "licenses", "edition", "bytes", "hash"):
        assert resource.get(key), f"{resource['name']}: {key} is missing"
    for source in resource["sources"]:
        assert source.get("title"), f"{resource['name']}: a source without a title"
    for field in resource.get("schema", {}).get("fields", []):
        assert field.get("type"), f"{resource['name']}.{field['name']}: no type"
        assert len(field.get("description", "")) > 3, f"{resource['name']}.{field['name']}: no description"
    assert resource.get("schema") or resource["format"] != "csv", (
        f"{resource['name']}: a table without a schema"
    )


@pytest.mark.parametrize(("folder", "resource"), RESOURCES)
def test_bytes_and_hash_are_those_of_the_file(folder: Path, resource: dict[str, Any]) -> None:
    content = (folder / resource["path"]).read_bytes()
    found = (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
    assert found == (resource["bytes"], resource["hash"]), "run: python datasets/recipes/datapackage.py"


@pytest.mark.parametrize(
    ("folder", "resource"), [entry for entry in RESOURCES if entry.values[1].get("format") == "csv"]
)
def test_the_first_rows_fit_the_schema(folder: Path, resource: dict[str, Any]) -> None:
    # Foreign keys need the whole package; the slow test checks them.
    fields = {key: value for key, value in resource["schema"].items() if key != "foreignKeys"}
    table = Resource(
        path=resource["path"],
        basepath=str(folder),
        schema=Schema.from_descriptor(fields),
        encoding="utf-8",
    )
    report = table.validate(limit_rows=ROWS)
    assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])[:5]


def test_a_wrong_cell_is_found(tmp_path: Path) -> None:
    """The validation above must be able to fail."""
    (tmp_path / "t.csv").write_text("code,billable\nI10,2\n", encoding="utf-8")
    schema = Schema.from_descriptor(
        {
            "fields": [
                {"name": "code"},
                {"name": "billable", "type": "integer", "constraints": {"enum": [0, 1]}},
            ]
        }
    )
    assert not Resource(path="t.csv", basepath=str(tmp_path), schema=schema).validate().valid


@pytest.mark.slow
@pytest.mark.parametrize("package", OWN_TABLES, ids=lambda path: path.parent.name)
def test_every_row_fits_the_schema(package: Path) -> None:
    report = validate(str(package))
    assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])[:10]


def test_every_package_is_listed_at_the_top() -> None:
    listed = {
        resource["path"]
        for resource in json.loads((DATASETS / "datapackage.json").read_text("utf-8"))["resources"]
    }
    below = {path.relative_to(DATASETS).as_posix() for path in PACKAGES if path.parent != DATASETS}
    assert listed == below, "run: python datasets/recipes/datapackage.py"


def test_every_table_is_described() -> None:
    described = {
        (package.parent / resource["path"]).relative_to(DATASETS).as_posix()
        for package in PACKAGES
        for resource in json.loads(package.read_text(encoding="utf-8"))["resources"]
    }
    tables = {path.relative_to(DATASETS).as_posix() for path in DATASETS.rglob("*.csv")}
    assert sorted(tables - described) == []


def test_a_refresh_changes_nothing() -> None:
    checked = subprocess.run(
        [sys.executable, str(DATASETS / "recipes" / "datapackage.py"), "--check"],
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout


def test_the_tables_are_plain_text_with_unix_line_ends() -> None:
    for path in DATASETS.rglob("*.csv"):
        content = path.read_bytes()
        assert b"\r" not in content, path
        assert content.endswith(b"\n"), path
        assert not content.startswith(b"\xef\xbb\xbf"), f"{path}: byte order mark"
        content.decode("utf-8")
