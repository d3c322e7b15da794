"""The configuration of the class's server, and of many servers: what it accepts, and what it refuses in words."""

from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

if sys.platform == "win32":
    pytest.skip("JupyterHub is not for Windows", allow_module_level=True)

from traitlets.config.loader import PyFileConfigLoader

HUB = Path(__file__).resolve().parents[2] / "grading" / "hub"
MANY = HUB / "zero-to-jupyterhub"
ME = pwd.getpwuid(os.geteuid()).pw_name


@pytest.fixture
def the_class(tmp_path: Path) -> dict[str, Any]:
    course = tmp_path / "course"
    (course / "grading").mkdir(parents=True)
    (course / "grading" / "nbgrader_config.py").touch()
    course.chmod(0o700)
    example: dict[str, Any] = yaml.safe_load((HUB / "class.yaml").read_text(encoding="utf-8"))
    return example | {
        "course_account": ME,
        "course_folder": str(course),
        "exchange": str(tmp_path / "exchange"),
        "instructors": [ME],
        "learners": [],
    }


def load(the_class: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    path = tmp_path / "class.yaml"
    path.write_text(the_class if isinstance(the_class, str) else yaml.safe_dump(the_class), encoding="utf-8")
    monkeypatch.setenv("CHARTPATH_CLASS", str(path))
    return PyFileConfigLoader("jupyterhub_config.py", path=str(HUB)).load_config()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"teachers": []}, "'teachers' is not a setting. Settings are course_account"),
        ({"port": "9999"}, "write port as in the example"),
        ({"learners": [ME]}, f"{ME} cannot be both instructor and learner"),
        ({"learners": ["no-such-one"]}, "this machine has no account 'no-such-one'. Make it: useradd"),
        ({"course_folder": "/nowhere"}, "is not a clone of chartpath"),
    ],
)
def test_a_wrong_class_is_refused_in_a_line(
    change: dict[str, Any],
    says: str,
    the_class: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(SystemExit, match=says) as refused:
        load(the_class | change, tmp_path, monkeypatch)
    assert "\n" not in str(refused.value)


def test_a_damaged_file_is_refused_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="cannot be read") as refused:
        load("learners: [", tmp_path, monkeypatch)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("mode", [0o755, 0o710, 0o701])
def test_the_hub_does_not_start_on_a_course_that_others_can_enter(
    mode: int, the_class: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "course").chmod(mode)
    with pytest.raises(SystemExit, match="must be closed to everybody"):
        load(the_class, tmp_path, monkeypatch)


@pytest.mark.skipif(os.geteuid() != 0, reason="the hub makes its folders as root")
def test_the_exchange_is_made_with_its_modes(
    the_class: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = load(the_class, tmp_path, monkeypatch)
    modes = {path.name: oct(path.stat().st_mode & 0o7777) for path in (tmp_path / "exchange").rglob("*")}
    assert modes == {"chartpath": "0o755", "outbound": "0o755", "inbound": "0o3733", "feedback": "0o711"}
    assert oct((tmp_path / "exchange").stat().st_mode & 0o7777) == "0o1777"
    assert config.Authenticator.allowed_users == {ME}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may make the folders")
def test_without_root_the_hub_says_what_to_do(
    the_class: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit, match="start the hub as root"):
        load(the_class, tmp_path, monkeypatch)


def values(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((MANY / name).read_text(encoding="utf-8"))
    return found


def schema() -> Any:
    return yaml.safe_load((Path(__file__).parent / "z2jh_keys.yaml").read_text(encoding="utf-8"))


def test_the_values_for_zero_to_jupyterhub_fit_its_schema() -> None:
    jsonschema.Draft7Validator.check_schema(schema())
    jsonschema.validate(values("values.yaml"), schema(), jsonschema.Draft7Validator)


@pytest.mark.parametrize(
    "change",
    [
        {"singleUser": {}},
        {"hub": {"loadRole": {}}},
        {"cull": {"timeout": 60}},
        {"singleuser": {"image": {"name": "chartpath"}}},
        {"singleuser": {"extraFiles": {"nbgrader": {"stringData": "c = get_config()"}}}},
    ],
)
def test_a_slip_in_the_values_is_found(change: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(values("values.yaml") | change, schema(), jsonschema.Draft7Validator)


def test_the_nbgrader_configuration_in_the_values_is_python() -> None:
    compile(
        values("values.yaml")["singleuser"]["extraFiles"]["nbgrader"]["stringData"],
        "nbgrader_config.py",
        "exec",
    )


def test_every_role_that_meets_ngshare_may() -> None:
    roles = values("values.yaml")["hub"]["loadRoles"]
    assert all("access:services!service=ngshare" in role["scopes"] for role in roles.values())
    assert "self" in roles["user"]["scopes"]  # the role replaces JupyterHub's own


def test_ngshares_values_agree_with_the_hubs() -> None:
    ngshare = values("ngshare.yaml")
    allowed = values("values.yaml")["hub"]["config"]["Authenticator"]["allowed_users"]
    assert set(ngshare) <= {"image", "deployment", "ngshare", "pvc", "nameOverride", "fullnameOverride"}
    assert set(ngshare["ngshare"]["admins"]) <= set(allowed)
    assert "hub_api_token" not in ngshare["ngshare"]
