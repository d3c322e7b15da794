"""Making Formgrader find the course when JupyterLab is started from somewhere else.

nbgrader's server extension reads `nbgrader_config.py` from the folder the server was started in and from
Jupyter's configuration folders. `chartpath lab` starts the server above `grading/`, so that folder is named
to Jupyter as one of the latter. Formgrader also needs the server's root to contain the course folder.
"""

from __future__ import annotations

import os
from pathlib import Path

from chartpath.errors import BadInput
from chartpath.grading.course import CONFIG, Course, this_course


def lab_environment(course: Course | None = None) -> dict[str, str]:
    """Environment variables for a Jupyter server whose Formgrader is to list this course.

    Raises BadInput where the course folder has no configuration.
    """
    course = course or this_course()
    if not (course.folder / CONFIG).is_file():
        raise BadInput(f"{course.folder} is not a course's grading folder: it has no {CONFIG}.")
    before = os.environ.get("JUPYTER_CONFIG_PATH", "")
    named = [
        str(course.folder),
        *(part for part in before.split(os.pathsep) if part and part != str(course.folder)),
    ]
    return {"JUPYTER_CONFIG_PATH": os.pathsep.join(named)}


def server_root(course: Course | None = None) -> Path:
    """The folder a server must have as its root for Formgrader to work: the one above `grading/`."""
    return (course or this_course()).folder.parent
