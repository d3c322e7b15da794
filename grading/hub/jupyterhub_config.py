"""JupyterHub for a class on one server. The class itself is in class.yaml beside this file; README.md explains.

Who may do what is held by the accounts of the machine: the course belongs to an account of its own and is
closed to all others, and each learner's JupyterLab runs as that learner. The instructors share one JupyterLab,
with Formgrader, that runs as the course's account; the hub lets nobody else in.
"""

import importlib.util
import os
import pwd
import sys
from pathlib import Path

import yaml

c = get_config()  # noqa: F821 - JupyterHub gives it

HERE = Path(__file__).resolve().parent
# The kernel of `chartpath lab`, which knows cp and %%answer from the start.
KERNELS = Path(importlib.util.find_spec("chartpath").origin).parent / "_jupyter" / "data"
COURSE = "chartpath"
WANTED = {
    "course_account": str,
    "course_folder": str,
    "exchange": str,
    "port": int,
    "instructors": list,
    "learners": list,
}


def read_class(path):
    """The class, with every name checked against the machine's accounts."""
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise SystemExit(f"{path} cannot be read: {' '.join(str(error).split())}") from error
    found = found if isinstance(found, dict) else {}
    for name in sorted(WANTED.keys() | found.keys()):
        if name not in WANTED:
            raise SystemExit(f"{path}: {name!r} is not a setting. Settings are {', '.join(WANTED)}.")
        if not isinstance(found.get(name), WANTED[name]):
            raise SystemExit(f"{path}: write {name} as in the example of README.md.")
    both = set(found["instructors"]) & set(found["learners"])
    if both:
        raise SystemExit(f"{path}: {', '.join(sorted(both))} cannot be both instructor and learner.")
    for name in (found["course_account"], *found["instructors"], *found["learners"]):
        try:
            pwd.getpwnam(str(name))
        except KeyError as error:
            raise SystemExit(
                f"{path}: this machine has no account {name!r}. Make it: useradd -m {name}"
            ) from error
    return found


def prepare(course, account, exchange):
    """Refuse a course that others can read, and make the folders through which work travels."""
    if not (course / "grading" / "nbgrader_config.py").is_file():
        raise SystemExit(f"{course} is not a clone of chartpath: it has no grading/nbgrader_config.py.")
    facts = course.stat()
    if facts.st_uid != account.pw_uid or facts.st_mode & 0o077:
        raise SystemExit(
            f"{course} holds the keys and must be closed to everybody but {account.pw_name}. "
            f"Run: chown -R {account.pw_name} {course}; chmod 700 {course}"
        )
    root = pwd.getpwuid(0)
    folders = (
        # nbgrader wants its exchange writable to all; the sticky bit keeps anyone from replacing the course's folder.
        (exchange, root, 0o1777),
        (exchange / COURSE, account, 0o755),
        (exchange / COURSE / "outbound", account, 0o755),
        # Learners may put work in, but not list it, nor take away what another put in.
        (exchange / COURSE / "inbound", account, 0o3733),
        # A feedback page is found only by who knows the secret that was handed in with the work.
        (exchange / COURSE / "feedback", account, 0o711),
    )
    try:
        for folder, owner, mode in folders:
            folder.mkdir(parents=True, exist_ok=True)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            folder.chmod(mode)
    except PermissionError as error:
        raise SystemExit(f"{error.filename} cannot be prepared: start the hub as root.") from error


def close_home(spawner):
    """Before a JupyterLab starts: its user's home folder is for that user only."""
    Path(pwd.getpwnam(spawner.user.name).pw_dir).chmod(0o700)


the_class = read_class(Path(os.environ.get("CHARTPATH_CLASS", HERE / "class.yaml")))
account = pwd.getpwnam(the_class["course_account"])
course = Path(the_class["course_folder"])
prepare(course, account, Path(the_class["exchange"]))

# Who may log in, by the password of the machine's account. Whoever is struck off the list is shut out at the
# next start of the hub.
c.Authenticator.allowed_users = {*the_class["instructors"], *the_class["learners"]}
c.Authenticator.allow_existing_users = False
c.Authenticator.delete_invalid_users = True
c.PAMAuthenticator.open_sessions = False

# Everyone's own JupyterLab: nbgrader's assignment list, without Formgrader.
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.default_url = "/lab"
c.Spawner.pre_spawn_hook = close_home
c.Spawner.environment = {
    "CHARTPATH_EXCHANGE": the_class["exchange"],
    "JUPYTER_CONFIG_PATH": os.pathsep.join([str(HERE / "everyone"), str(HERE)]),
    "JUPYTER_PATH": str(KERNELS),
}

# The instructors' JupyterLab, on the course and with Formgrader. nbgrader wants it named after the course.
c.JupyterHub.services = [
    {
        "name": COURSE,
        "url": f"http://127.0.0.1:{the_class['port']}",
        "command": [sys.executable, "-m", "jupyterhub.singleuser", f"--ServerApp.root_dir={course}"],
        "user": account.pw_name,
        "cwd": str(course),
        "environment": {
            "CHARTPATH_EXCHANGE": the_class["exchange"],
            "JUPYTERHUB_DEFAULT_URL": "/lab",
            "JUPYTER_CONFIG_PATH": os.pathsep.join([str(course / "grading"), str(HERE)]),
            # The package that learners use has no keys: here it is the course's own clone.
            "PYTHONPATH": str(course / "src"),
        },
    }
]
c.JupyterHub.load_groups = {
    f"formgrade-{COURSE}": the_class["instructors"],
    f"nbgrader-{COURSE}": the_class["learners"],
}
to_the_course = [f"access:services!service={COURSE}", "list:services", f"read:services!service={COURSE}"]
c.JupyterHub.load_roles = [
    {"name": f"formgrade-{COURSE}", "groups": [f"formgrade-{COURSE}"], "scopes": to_the_course},
    # What a JupyterLab may ask the hub for: never more than its user may.
    {"name": "server", "scopes": ["users:activity!user", "access:servers!user", *to_the_course]},
]
