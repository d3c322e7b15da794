"""A class's day on a real hub, over HTTP: handed out, answered, handed in, graded, feedback returned.

Every step is taken by the account that would take it, and what a learner must not reach is tried as that learner.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from attrs import frozen
from hub_server import PEOPLE, Hub, Person, as_account, running_hub

from chartpath import items
from chartpath.scoring import key_lines

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

UNIT = "10-chart-abstraction-outpatient"
NOTEBOOK = "code-ten-outpatient-charts.ipynb"
ADAS_WORDS = "# written by ada, for nobody else to read"


@frozen
class Day:
    """What the tests look at: the people, and what they were shown on the way."""

    hub: Hub
    ada: Person
    ben: Person
    instructor: Person
    shown: dict[str, Any]


def formgrader(hub: Hub, instructor: Person, action: str) -> str:
    """Click one of Formgrader's buttons for the unit; what its window then shows."""
    said = instructor.json("POST", f"{hub.service}/formgrader/api/assignment/{UNIT}/{action}")
    assert said["success"], said
    return str(said.get("log", ""))


def chartpath(hub: Hub, instructor: Person, *words: str) -> str:
    """Run the kit's command in the instructors' JupyterLab."""
    command = ["-m", "chartpath", *words]
    return instructor.run(
        "import subprocess, sys\n"
        f"done = subprocess.run([sys.executable, *{command!r}], capture_output=True, text=True)\n"
        "print(done.stdout, done.stderr, 'exit status', done.returncode)",
        hub.service,
    )


def answer(learner: Person, bodies: dict[str, str]) -> None:
    """Type answers into the fetched notebook and save it, as JupyterLab does."""
    address = f"{learner.own}/api/contents/{UNIT}/{NOTEBOOK}"
    book = learner.json("GET", address)["content"]
    for cell in book["cells"]:
        if cell.get("id") in bodies:
            cell["source"] = f"%%answer {cell['id']}\n{bodies[cell['id']]}"
    learner.json("PUT", address, data=json.dumps({"type": "notebook", "format": "json", "content": book}))


def tell_lies(ben: Person, hub: Hub) -> str:
    """Work in ada's name from far ahead, a link to her folder, and a name that cannot be read."""
    inbound = hub.exchange / "chartpath" / "inbound"
    return ben.run(
        f"""
import pathlib, shutil
inbound = pathlib.Path({str(inbound)!r})
shutil.copytree({UNIT!r}, inbound / "{PEOPLE["ada"]}+{UNIT}+2030-01-01 00:00:00.000000 UTC+forged")
(inbound / "{PEOPLE["ben"]}+{UNIT}+2030-01-01 00:00:00.000000 UTC+link").symlink_to({str(hub.course / "grading" / "keys")!r})
(inbound / "{PEOPLE["ben"]}+{UNIT}+never+x").mkdir()
print("done")
"""
    )


@pytest.fixture(scope="module")
def day() -> Iterator[Day]:
    """From the release to the feedback."""
    with running_hub(UNIT) as hub:
        with ThreadPoolExecutor(2) as together:
            ada, ben = together.map(hub.person, (PEOPLE["ada"], PEOPLE["ben"]))
        instructor = hub.person(PEOPLE["instructor"], spawn=False)
        shown: dict[str, Any] = {"before": ada.assignments(UNIT)}
        shown["released"] = chartpath(hub, instructor, "release", UNIT)
        formgrader(hub, instructor, "release")
        shown["listed"] = ada.assignments(UNIT)
        for learner in (ada, ben):
            shown[f"fetched {learner.name}"] = learner.assignments(UNIT, "fetch")
        charts = [
            item for item in re.findall(r"score-([\w-]+)", json.dumps(_released(ada))) if items.item(item)
        ]
        gold = {item: "\n".join(key_lines(items.key(item))) + "\n" for item in charts}
        answer(ada, {item: f"{body}{ADAS_WORDS}\n" for item, body in gold.items()})
        answer(ben, {charts[0]: gold[charts[0]]})
        shown["submitted"] = ada.assignments(UNIT, "submit")
        shown["lies"] = tell_lies(ben, hub)
        ben.assignments(UNIT, "submit")
        shown["collected"] = formgrader(hub, instructor, "collect")
        shown["graded"] = chartpath(hub, instructor, "grade", UNIT, "--jobs", "1")
        formgrader(hub, instructor, "release_feedback")
        for learner in (ada, ben):
            shown[f"feedback {learner.name}"] = learner.assignments(UNIT, "fetch_feedback")
        yield Day(hub, ada, ben, instructor, shown)


def _released(learner: Person) -> Any:
    return learner.json("GET", f"{learner.own}/api/contents/{UNIT}/{NOTEBOOK}")["content"]


def test_a_released_unit_appears_in_the_assignment_list_and_is_fetched(day: Day) -> None:
    assert day.shown["before"] == []
    assert "exit status 0" in day.shown["released"]
    assert [one["status"] for one in day.shown["listed"]] == ["released"]
    for learner in (day.ada, day.ben):
        [fetched] = day.shown[f"fetched {learner.name}"]
        assert fetched["status"] == "fetched"
        assert NOTEBOOK in {f"{one['notebook_id']}.ipynb" for one in fetched["notebooks"]}
    assert "submitted" in {one["status"] for one in day.shown["submitted"]}


def test_lies_in_the_exchange_are_told_to_the_instructor_and_change_nothing(day: Day) -> None:
    assert day.shown["lies"].strip() == "done"
    told = day.shown["collected"]
    assert f"as if {PEOPLE['ada']} had handed it in; it was made by {PEOPLE['ben']}" in told
    assert told.count("Not taken:") == 2
    taken = day.hub.course / "grading" / "submitted" / PEOPLE["ada"] / UNIT / NOTEBOOK
    assert ADAS_WORDS in taken.read_text(encoding="utf-8")


def test_the_grades_are_in_formgrader(day: Day) -> None:
    assert "2 graded, 0 late, 0 damaged" in day.shown["graded"]
    found = day.instructor.json("GET", f"{day.hub.service}/formgrader/api/submissions/{UNIT}")
    scores = {one["student"]: (one["score"], one["max_score"]) for one in found}
    assert scores == {PEOPLE["ada"]: (100, 100), PEOPLE["ben"]: (10, 100)}
    for page in ("manage_assignments", f"gradebook/{UNIT}", f"manage_submissions/{UNIT}", "manage_students"):
        shown = day.instructor.ask("GET", f"{day.hub.service}/formgrader/{page}")
        assert shown.status_code == 200, page
        assert "formgrader" in shown.text
    notebooks = day.instructor.json(
        "GET",
        f"{day.hub.service}/formgrader/api/submitted_notebooks/{UNIT}/{NOTEBOOK.removesuffix('.ipynb')}",
    )
    [adas] = [one["id"] for one in notebooks if one["student"] == PEOPLE["ada"]]
    page = day.instructor.ask("GET", f"{day.hub.service}/formgrader/submissions/{adas}/")
    assert ADAS_WORDS in page.text


@pytest.mark.parametrize(("who", "points"), [("ada", "100"), ("ben", "10")])
def test_feedback_returns_to_the_learner_it_is_for(day: Day, who: str, points: str) -> None:
    learner: Person = getattr(day, who)
    [handed_in] = [one for one in day.shown[f"feedback {learner.name}"] if one["status"] == "submitted"]
    [latest] = handed_in["submissions"]
    assert latest["has_local_feedback"]
    folder = f"{learner.own}/api/contents/{latest['local_feedback_path']}"
    [page] = learner.json("GET", folder)["content"]
    text = learner.json("GET", f"{learner.own}/api/contents/{page['path']}")["content"]
    assert learner.name in text
    assert re.search(rf"\b{points}\b[^<]{{0,20}}\b100\b", text), text[:3000]
    other = day.ben if who == "ada" else day.ada
    assert other.name not in text
    assert (ADAS_WORDS in text) == (who == "ada")


def test_the_learners_own_kit_has_no_keys(day: Day) -> None:
    said = day.ada.run(
        "import chartpath as cp\nfrom chartpath import paths\nprint(paths.grading(), paths.keys())"
    )
    assert said.split() == ["None", "None"]


def secrets_of(day: Day) -> dict[str, str]:
    """What no learner may open: each with a path that exists."""
    grading, home = day.hub.course / "grading", day.hub.course.parents[1]
    ben = PEOPLE["ben"]
    keys = sorted((grading / "keys").glob("*.yaml"))
    found = {
        "a key": keys[0],
        "the folder of keys": grading / "keys",
        "the gradebook": grading / "gradebook.db",
        "another's work": grading / "submitted" / ben / UNIT / NOTEBOOK,
        "another's marked work": grading / "autograded" / ben / UNIT / NOTEBOOK,
        "another's feedback": next((grading / "feedback" / ben / UNIT).glob("*.html")),
        "another's own copy": home / ben / UNIT / NOTEBOOK,
        "what others hand in": day.hub.exchange / "chartpath" / "inbound",
        "all feedback": day.hub.exchange / "chartpath" / "feedback",
        "the hub's data": day.hub.log,
        "the hub's database": day.hub.log.parent / "jupyterhub.sqlite",
        "the environment of the instructors' JupyterLab": _environ_of(PEOPLE["grader"]),
    }
    assert all(path.exists() for path in found.values())
    return {name: str(path) for name, path in found.items()}


def _environ_of(account: str) -> Any:
    import pwd
    from pathlib import Path

    uid = pwd.getpwnam(account).pw_uid
    numbers = [one for one in Path("/proc").iterdir() if one.name.isdigit() and one.stat().st_uid == uid]
    return numbers[0] / "environ"


TRY = """
import json, os
tried = {}
for name, path in json.loads(%r).items():
    try:
        tried[name] = len(os.listdir(path)) if os.path.isdir(path) else len(open(path, "rb").read())
    except OSError as error:
        tried[name] = type(error).__name__
print(json.dumps(tried))
"""


def test_a_learner_can_read_no_key_no_other_work_and_no_gradebook(day: Day) -> None:
    asked = secrets_of(day)
    tried = json.loads(day.ada.run(TRY % json.dumps(asked)))
    assert tried == dict.fromkeys(asked, "PermissionError")
    # The same question, asked by who may read it, shows that it is one.
    course = {name: path for name, path in asked.items() if path.startswith(str(day.hub.course))}
    done = as_account(PEOPLE["grader"], "/usr/bin/env", "python3", "-c", TRY % json.dumps(course))
    assert all(isinstance(size, int) and size > 0 for size in json.loads(done.stdout).values())


def test_a_learner_cannot_take_the_exchange_over(day: Day) -> None:
    exchange = day.hub.exchange
    said = day.ben.run(
        f"""
import os, pathlib
exchange = pathlib.Path({str(exchange)!r})
for name in ("chartpath", "chartpath/inbound", "chartpath/outbound", "chartpath/outbound/{UNIT}", "chartpath/feedback"):
    for act in (lambda path: path.rename(exchange / "gone"), lambda path: (path / "x").write_text("x")):
        try:
            act(exchange / name)
            print("done", name)
        except PermissionError:
            print("refused")
"""
    )
    # Putting something into `inbound` is what it is for.
    assert said.split("\n")[:-1].count("refused") == 9
    assert "done chartpath/inbound" in said
    inbound = exchange / "chartpath" / "inbound"
    adas = next(path for path in inbound.iterdir() if path.owner() == PEOPLE["ada"])
    removed = as_account(PEOPLE["ben"], "mv", adas, inbound / "gone")
    assert removed.returncode
    assert adas.is_dir()


def test_a_learner_gets_nothing_of_others_from_the_hub(day: Day) -> None:
    hub, service, ben = day.hub.address, day.hub.service, PEOPLE["ben"]
    addresses = [
        f"{service}/lab",
        f"{service}/api/contents/grading/gradebook.db",
        f"{service}/formgrader/gradebook/{UNIT}",
        f"{service}/formgrader/api/submissions/{UNIT}",
        f"{service}/formgrader/api/students",
        f"{hub}/user/{ben}/api/contents/{UNIT}/{NOTEBOOK}",
        f"{hub}/user/{ben}/lab",
        f"{hub}/hub/api/users",
        f"{hub}/hub/api/groups",
    ]
    for address in addresses:
        assert day.ada.ask("GET", address).status_code == 403, address
    assert (
        day.ada.ask("GET", f"{hub}/hub/api/users/{ben}").status_code == 404
    )  # not even whether there is one
    for step in ("assign", "release", "collect", "release_feedback"):
        pressed = day.ada.ask("POST", f"{service}/formgrader/api/assignment/{UNIT}/{step}")
        assert pressed.status_code == 403, step
    assert day.ada.ask("POST", f"{service}/api/kernels").status_code == 403
    # The very same addresses open for an instructor.
    assert day.instructor.ask("GET", addresses[2]).status_code == 200
    assert day.instructor.ask("GET", addresses[3]).status_code == 200


def test_a_learners_jupyterlab_serves_no_file_outside_their_home(day: Day) -> None:
    for way in (
        f"..%2F{PEOPLE['ben']}%2F{UNIT}%2F{NOTEBOOK}",
        f"%2F{str(day.hub.course)[1:]}%2Fgrading%2Fkeys",
    ):
        for door in ("api/contents", "files"):
            answered = day.ada.ask("GET", f"{day.ada.own}/{door}/{way}")
            assert answered.status_code in (403, 404), (door, way)


def test_formgrader_is_for_instructors_only(day: Day) -> None:
    assert day.ada.ask("GET", f"{day.ada.own}/formgrader").status_code == 404
    assert day.ada.json("GET", f"{day.ada.own}/formgraders")["value"] == []
    page = day.ada.ask("GET", f"{day.ada.own}/lab").text
    assert '"@jupyter/nbgrader:formgrader"' in page  # among the extensions that are switched off
    assert '"@jupyter/nbgrader:formgrader"' not in day.instructor.ask("GET", f"{day.hub.service}/lab").text


def test_an_instructors_own_jupyterlab_points_to_the_course(day: Day) -> None:
    instructor = day.hub.person(PEOPLE["instructor"])
    [course] = instructor.json("GET", f"{instructor.own}/formgraders")["value"]
    assert course["course_id"] == "chartpath"
    assert course["url"].startswith(f"{day.hub.service}/lab")
