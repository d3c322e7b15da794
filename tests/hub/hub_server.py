"""A real hub for the test: accounts of the machine, the kit as each of them has it, and people at work over HTTP."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import websocket
import yaml
from attrs import frozen
from ports import free_port

ROOT = Path(__file__).resolve().parents[2]
ADMIN = "hub-test-token"
PROXY = "configurable-http-proxy"
PEOPLE = {"grader": "cp-grader", "instructor": "cp-instructor", "ada": "cp-ada", "ben": "cp-ben"}


@frozen
class Person:
    """Somebody with a token of the hub: what they ask is asked as their browser would, over HTTP."""

    hub: str
    name: str
    token: str

    @property
    def own(self) -> str:
        """Address of this person's JupyterLab."""
        return f"{self.hub}/user/{self.name}"

    def ask(self, method: str, address: str, **more: Any) -> requests.Response:
        headers = {"Authorization": f"token {self.token}"}
        return requests.request(method, address, headers=headers, timeout=120, allow_redirects=False, **more)

    def json(self, method: str, address: str, **more: Any) -> Any:
        answer = self.ask(method, address, **more)
        assert answer.ok, f"{method} {address}: {answer.status_code} {answer.text[:2000]}"
        return answer.json()

    def assignments(self, unit: str, action: str = "", course: str = "chartpath") -> list[dict[str, Any]]:
        """What the assignment list shows for a unit, after clicking fetch, submit or fetch_feedback."""
        if action:
            facts = {"course_id": course, "assignment_id": unit}
            found = self.json("POST", f"{self.own}/assignments/{action}", params=facts)
        else:
            found = self.json("GET", f"{self.own}/assignments", params={"course_id": course})
        assert found["success"], found["value"]
        return [one for one in found["value"] if one["assignment_id"] == unit]

    def run(self, code: str, server: str = "") -> str:
        """Run a cell in a kernel of a JupyterLab (this person's own by default); what it prints, and its error."""
        base = server or self.own
        kernel = self.json("POST", f"{base}/api/kernels")["id"]
        link = websocket.create_connection(
            f"{base.replace('http', 'ws', 1)}/api/kernels/{kernel}/channels",
            header=[f"Authorization: token {self.token}"],
            timeout=120,
        )
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": "execute_request",
            "session": uuid.uuid4().hex,
            "username": self.name,
            "version": "5.3",
        }
        content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
        message = {
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
            "channel": "shell",
        }
        said: list[str] = []
        try:
            link.send(json.dumps(message))
            while True:
                got = json.loads(link.recv())
                if got["parent_header"].get("msg_id") != header["msg_id"]:
                    continue
                match got["msg_type"]:
                    case "stream":
                        said.append(got["content"]["text"])
                    case "error":
                        said.append(f"{got['content']['ename']}: {got['content']['evalue']}")
                    case "status" if got["content"]["execution_state"] == "idle":
                        return "".join(said)
        finally:
            link.close()
            self.ask("DELETE", f"{base}/api/kernels/{kernel}")


@frozen
class Hub:
    """The running hub."""

    address: str
    course: Path
    exchange: Path
    log: Path
    python: Path

    @property
    def service(self) -> str:
        """Address of the instructors' JupyterLab."""
        return f"{self.address}/services/chartpath"

    def person(self, name: str, spawn: bool = True) -> Person:
        """Somebody logged in, their JupyterLab started."""
        admin = Person(self.address, "admin", ADMIN)
        api = f"{self.address}/hub/api/users/{name}"
        admin.ask("POST", api)
        someone = Person(self.address, name, admin.json("POST", f"{api}/tokens")["token"])
        if spawn:
            admin.ask("POST", f"{api}/server")
            until(
                lambda: admin.json("GET", api)["servers"].get("", {}).get("ready"),
                f"{name}'s JupyterLab",
                self.log,
            )
        return someone


def until(done: Any, what: str, log: Path, seconds: float = 60) -> None:
    """Wait; fails with the end of the log."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            pytest.fail(f"{what} did not come up in {seconds:g} s:\n{log.read_text()[-6000:]}")
        time.sleep(0.2)


def as_account(name: str, *command: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run a command as an account of the machine, with its rights only."""
    account = pwd.getpwnam(name)
    given = more.pop("env", {})
    return subprocess.run(
        [str(part) for part in command],
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
        cwd=account.pw_dir,
        env={"HOME": account.pw_dir, "PATH": os.environ["PATH"], "LANG": "C.UTF-8", **given},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
        **more,
    )


def proxy_command() -> str:
    """configurable-http-proxy, installed from npm into a cache folder where it is not at hand."""
    found = shutil.which(PROXY)
    if found:
        return found
    if shutil.which("npm") is None:
        pytest.skip("configurable-http-proxy needs node and npm, which are not installed here")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chartpath-tests" / PROXY
    command = cache / "node_modules" / ".bin" / PROXY
    if not command.exists():
        cache.mkdir(parents=True, exist_ok=True)
        install = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(cache), f"{PROXY}@5"]
        done = subprocess.run(install, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode:
            pytest.skip(f"npm could not install {PROXY}: {done.stderr.strip()[-300:]}")
    return str(command)


def _interpreter(base: Path, account: str) -> Path:
    """This Python, where ordinary accounts can run it: as it is, or copied to `base`."""
    here = Path(sys._base_executable)  # type: ignore[attr-defined]
    with contextlib.suppress(OSError):  # not to be reached by this account
        if as_account(account, here, "-c", "import ssl").returncode == 0:
            return here
    home, standard = Path(sys.base_prefix), Path(sysconfig.get_path("stdlib", vars={"base": sys.base_prefix}))
    copied = base / "python"
    (copied / "bin").mkdir(parents=True)
    shutil.copy(here, copied / "bin" / here.name)
    large = shutil.ignore_patterns("site-packages", "test", "tests", "idlelib", "__pycache__", "config-*")
    shutil.copytree(standard, copied / standard.relative_to(home), ignore=large)
    for library in (home / "lib").glob("libpython*.so*"):
        shutil.copy(library, copied / "lib")
    return copied / "bin" / here.name


def _environment(base: Path, account: str) -> Path:
    """An environment for all accounts: the libraries of this one, and the kit as a wheel, as learners have it."""
    interpreter = _interpreter(base, account)
    subprocess.run(
        [interpreter, "-m", "venv", "--without-pip", base / "venv"], check=True, env=_found_by(base)
    )
    libraries = Path(pytest.__file__).parents[1]
    python = base / "venv" / "bin" / "python"
    seen = as_account(
        account, python, "-c", f"import os; os.listdir({str(libraries)!r})", env=_found_by(base)
    )
    if seen.returncode:
        pytest.skip(f"ordinary accounts cannot use {libraries}: {seen.stderr.strip()[-200:]}")
    site = next((base / "venv" / "lib").glob("python*/site-packages"))
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", base / "wheel"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    with zipfile.ZipFile(next((base / "wheel").glob("*.whl"))) as wheel:
        wheel.extractall(site)
    (site / "libraries.pth").write_text(f"{libraries}\n", encoding="utf-8")
    # Jupyter finds its extensions by sys.prefix.
    for name in ("etc", "share"):
        (base / "venv" / name).symlink_to(Path(sys.prefix) / name)
    return python


def _found_by(base: Path) -> dict[str, str]:
    """Where a copied interpreter finds its own library."""
    return {"LD_LIBRARY_PATH": str(base / "python" / "lib")}


def _clone(target: Path, unit: str, account: str) -> None:
    """What the course's account has: the checkout, closed to everybody else."""

    def left_out(folder: str, names: list[str]) -> set[str]:
        own_class = Path(folder) == ROOT / "grading"
        return {name for name in names if name == "__pycache__" or (own_class and not is_course(name))}

    def is_course(name: str) -> bool:
        return name in ("keys", "rubrics", "nbgrader_config.py") or name.endswith(".yaml")

    for part in ("src", "datasets", "grading", f"notebooks/{unit}"):
        shutil.copytree(ROOT / part, target / part, ignore=left_out)
    subprocess.run(["chown", "-R", f"{account}:", target], check=True)
    target.chmod(0o700)


def _accounts(homes: Path) -> None:
    for name in PEOPLE.values():
        subprocess.run(
            ["useradd", "--create-home", "--base-dir", homes, name], check=True, capture_output=True
        )
        Path(homes, name).chmod(0o755)  # as many systems make them: the hub has to close them


def _remove_accounts() -> None:
    for name in PEOPLE.values():
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam(name)
            _end_processes(account.pw_uid)
            subprocess.run(["userdel", name], check=True, capture_output=True)


def _end_processes(uid: int) -> None:
    """End what the hub had started as one of the test's own accounts."""
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):  # gone by itself
            if folder.name.isdigit() and folder.stat().st_uid == uid:
                os.kill(int(folder.name), signal.SIGKILL)


@contextlib.contextmanager
def running_hub(unit: str) -> Iterator[Hub]:
    """grading/hub/jupyterhub_config.py, for a class of two learners and an instructor, on free ports."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("makes accounts of the machine, for which it must run as root on Linux")
    if shutil.which("useradd") is None:
        pytest.skip("useradd is not installed here")
    if any(name in {one.pw_name for one in pwd.getpwall()} for name in PEOPLE.values()):
        pytest.skip(f"this machine has one of the accounts {', '.join(PEOPLE.values())} already")
    proxy = proxy_command()
    base = Path(tempfile.mkdtemp(prefix="chartpath-hub-"))
    base.chmod(0o755)
    process = None
    try:
        (base / "home").mkdir()
        _accounts(base / "home")
        python = _environment(base, PEOPLE["ada"])
        course, exchange = base / "home" / PEOPLE["grader"] / "chartpath", base / "exchange"
        _clone(course, unit, PEOPLE["grader"])
        shutil.copytree(ROOT / "grading" / "hub", base / "hub")
        the_class = {
            "course_account": PEOPLE["grader"],
            "course_folder": str(course),
            "exchange": str(exchange),
            "port": free_port(),
            "instructors": [PEOPLE["instructor"]],
            "learners": [PEOPLE["ada"], PEOPLE["ben"]],
        }
        (base / "hub" / "class.yaml").write_text(yaml.safe_dump(the_class), encoding="utf-8")
        (base / "data").mkdir(mode=0o700)
        port = free_port()
        # Beyond the kit's own configuration: free ports, and a way in for the test in place of passwords.
        (base / "data" / "test_config.py").write_text(
            f"""
load_subconfig({str(base / "hub" / "jupyterhub_config.py")!r})
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {free_port()}
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{free_port()}"
c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.services.append({{"name": "test", "api_token": {ADMIN!r}}})
c.JupyterHub.load_roles.append(
    {{"name": "test", "services": ["test"], "scopes": ["admin:users", "admin:servers", "tokens"]}}
)
for environment in (c.Spawner.environment, c.JupyterHub.services[0]["environment"]):
    environment.update({_found_by(base)!r})
""",
            encoding="utf-8",
        )
        log = base / "data" / "hub.log"
        with log.open("w") as out:
            process = subprocess.Popen(
                [python, "-m", "jupyterhub", "-f", "test_config.py"],
                cwd=base / "data",
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **_found_by(base)},
                start_new_session=True,
            )
        hub = Hub(f"http://127.0.0.1:{port}", course, exchange, log, python)

        def up() -> bool:
            assert process is not None
            if process.poll() is not None:
                pytest.fail(f"The hub stopped:\n{log.read_text()[-6000:]}")
            with contextlib.suppress(requests.ConnectionError):
                return requests.get(f"{hub.address}/services/chartpath/api", timeout=5).ok
            return False

        until(up, "The hub and the instructors' JupyterLab", log)
        yield hub
    finally:
        if process is not None:
            for name in PEOPLE.values():  # first, or the hub would wait for each in turn
                _end_processes(pwd.getpwnam(name).pw_uid)
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        _remove_accounts()
        shutil.rmtree(base)
