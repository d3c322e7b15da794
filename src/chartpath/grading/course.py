"""A course on disk, and nbgrader's converters run on it without its command line."""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib.util
import logging
import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import frozen

from chartpath import paths
from chartpath.errors import BadInput

CONFIG = "nbgrader_config.py"
LINKED_FOLDER = "Its folder is a link to another folder, which was not followed. Remove the link."
_POSTGRES = re.compile(r"postgres(ql)?://")
_UNIT = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@frozen
class Course:
    """`folder` is nbgrader's course folder (`grading/`); the units lie beside it, in `notebooks/`.

    `db` is the address of the gradebook, when it is not what nbgrader_config.py says: a file in the folder.
    """

    folder: Path
    db: str = ""

    @property
    def source(self) -> Path:
        """Folder of the units' notebooks."""
        return self.folder.parent / "notebooks"

    @property
    def released(self) -> Path:
        """Folder of what nbgrader released, a folder for each unit."""
        return self.folder / "release"

    @property
    def submitted(self) -> Path:
        """Folder of collected work: LEARNER/UNIT/*.ipynb."""
        return self.folder / "submitted"

    @property
    def autograded(self) -> Path:
        """Folder of scored notebooks: LEARNER/UNIT/*.ipynb."""
        return self.folder / "autograded"

    @property
    def feedback(self) -> Path:
        """Folder of feedback pages: LEARNER/UNIT/*.html."""
        return self.folder / "feedback"

    def config(self, engine: str | None = None) -> Any:
        """nbgrader's configuration of this course, with this engine's steps; settings of its file win."""
        from traitlets.config import Config
        from traitlets.config.loader import PyFileConfigLoader

        from chartpath.grading.config import ENGINES

        if engine is not None and engine not in ENGINES:
            raise BadInput(f"There is no grading engine {engine!r}. Use {' or '.join(ENGINES)}.")
        if not (self.folder / CONFIG).is_file():
            raise BadInput(f"{self.folder} is not a course's grading folder: it has no {CONFIG}.")
        try:
            with _environment(CHARTPATH_ENGINE=engine):
                config = Config(PyFileConfigLoader(CONFIG, path=str(self.folder)).load_config())
        except SystemExit as error:
            raise BadInput(str(error)) from error
        if self.db:
            config.CourseDirectory.db_url = self.db
        if "db_url" in config.CourseDirectory:
            config.CourseDirectory.db_url = _with_driver(str(config.CourseDirectory.db_url))
        else:
            # Several processes write side by side: wait for each other, not 5 seconds but as long as it takes.
            config.CourseDirectory.db_url = f"sqlite:///{self.folder / 'gradebook.db'}?timeout=120"
        return config

    def coursedir(self, config: Any, unit: str, learner: str = "*") -> Any:
        """nbgrader's CourseDirectory for one unit, and one learner or all."""
        from nbgrader.coursedir import CourseDirectory

        return CourseDirectory(config=config, assignment_id=unit, student_id=learner, log=quiet_log())

    @contextlib.contextmanager
    def gradebook(self, config: Any | None = None) -> Iterator[Any]:
        """nbgrader's Gradebook of this course, made when there is none."""
        import nbgrader.api

        # nbgrader asks the program `alembic` for the version of its tables; where that is not on PATH it
        # leaves half a gradebook behind, and where it is, a second or more is gone.
        nbgrader.api.get_alembic_version = _alembic_version
        directory = self.coursedir(config or self.config(), "")
        opened = nbgrader.api.Gradebook(directory.db_url, directory.course_id)
        with _without_library_warnings(), opened as gradebook:
            yield gradebook


def _alembic_version() -> str:
    """Version of nbgrader's tables, from its migration scripts."""
    import nbgrader.dbutil
    from alembic.script import ScriptDirectory

    return str(ScriptDirectory(nbgrader.dbutil.ALEMBIC_DIR).get_current_head())


def this_course() -> Course:
    """The course of this checkout, or that of a class that CHARTPATH_COURSE names; CHARTPATH_DB may name its gradebook.

    Raises BadInput in an installed kit, which has no grading folder, and for a folder that holds no course.
    """
    named = os.environ.get("CHARTPATH_COURSE", "")
    if named:
        return Course(_grading_folder(Path(named)), os.environ.get("CHARTPATH_DB", ""))
    folder = paths.grading()
    if folder is None:
        raise BadInput("There is no grading/ folder here. Clone the whole repository to teach with the kit.")
    return Course(folder, os.environ.get("CHARTPATH_DB", ""))


def _grading_folder(named: Path) -> Path:
    for folder in (named, named / "grading"):
        if (folder / CONFIG).is_file():
            return folder.resolve()
    raise BadInput(
        f"{named} holds no course: there is no grading/{CONFIG} in it. Name the folder that `chartpath class new` made."
    )


def _with_driver(url: str) -> str:
    """The gradebook's address, with the driver named that the kit brings for PostgreSQL."""
    found = _POSTGRES.match(url)
    if not found:
        return url
    if importlib.util.find_spec("psycopg") is None:
        raise BadInput('There is no driver for PostgreSQL. Run: python -m pip install "chartpath[postgres]"')
    return f"postgresql+psycopg://{url[found.end() :]}"


def check_unit(unit: str) -> str:
    """The unit's name, when it is one. Raises BadInput otherwise."""
    if not _UNIT.fullmatch(unit):
        raise BadInput(
            f"{unit[:70]!r} is not a unit's name: those hold a-z, 0-9 and single hyphens, like 10-chart-abstraction-outpatient."
        )
    return unit


def set_due(unit: str, due: dt.datetime, course: Course | None = None) -> None:
    """Set when a unit is due (an aware time); what is handed in later is marked late when it is graded."""
    if due.tzinfo is None:
        raise BadInput(
            f"The due time {due} does not say its time zone. Write it like 2026-10-05T23:59-04:00."
        )
    with (course or this_course()).gradebook() as gradebook:
        gradebook.update_or_create_assignment(
            check_unit(unit), duedate=due.astimezone(dt.UTC).replace(tzinfo=None)
        )


def write_whole(target: Path, text: str) -> None:
    """Write a text file whole or not at all. Raises BadInput when the disk refuses."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(text.encode("utf-8"))
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise BadInput(
            f"{target} could not be written ({error.strerror}). Close it if it is open elsewhere, or choose another place."
        ) from error


def quiet_log() -> logging.Logger:
    """A logger for nbgrader that writes nowhere: what matters is raised, or noted in the notebook."""
    log = logging.Logger("chartpath.grading")
    log.propagate = False
    log.addHandler(logging.NullHandler())
    return log


@contextlib.contextmanager
def hushed() -> Iterator[None]:
    """Keep the libraries below nbgrader from printing during a conversion; what matters is raised or noted."""
    from traitlets.log import get_logger

    found = get_logger()
    log = found.logger if isinstance(found, logging.LoggerAdapter) else found
    before, folder = log.disabled, Path.cwd()
    log.disabled = True
    try:
        with _without_library_warnings():
            yield
    finally:
        log.disabled = before
        os.chdir(folder)


@contextlib.contextmanager
def _without_library_warnings() -> Iterator[None]:
    """nbgrader's models trip over warnings of newer SQLAlchemy releases, and every odd notebook warns of itself."""
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", module=r"(nbgrader|nbformat|nbconvert|nbclient|jupyter_client|sqlalchemy|zmq)\b"
        )
        yield


@contextlib.contextmanager
def _environment(**wanted: str | None) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in wanted}
    for name, value in wanted.items():
        if value is not None:
            os.environ[name] = value
    try:
        yield
    finally:
        for name, old in before.items():
            if old is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = old
