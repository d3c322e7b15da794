"""Marking on a real Dask cluster on this machine: the same rows, also when a worker is killed midway."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from classroom import UNIT, submit
from test_bulk import a_class, rows_of
from typer.testing import CliRunner

from chartpath import cli, cli_class
from chartpath.errors import BadInput, ChartpathError
from chartpath.grading import bulk, cluster, grade_unit
from chartpath.grading.cluster import dask_cluster
from chartpath.grading.course import Course

distributed = pytest.importorskip(
    "distributed", reason='Dask is not installed: pip install "chartpath[cluster]"'
)


@pytest.fixture(scope="module")
def local() -> Iterator[Any]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", silence_logs=50
    ) as made:
        made.wait_for_workers(2)
        yield made


@pytest.mark.slow
def test_a_cluster_gives_the_same_rows_though_a_worker_is_killed_midway(course: Course, local: Any) -> None:
    a_class(course, 160)
    alone = grade_unit(UNIT, course=course)
    recorded = rows_of(course)
    killed: list[int] = []

    def kill_one(done: int, total: int, who: str) -> None:
        if not killed and done >= 16:
            killed.append(local.workers[0].pid)
            os.kill(killed[0], signal.SIGKILL)

    with dask_cluster(local.scheduler_address) as (executor, at_once):
        assert at_once == 2
        report = grade_unit(UNIT, "answers", at_once, kill_one, executor=executor, again=True, course=course)
    assert killed
    assert report.rows == alone.rows
    assert rows_of(course) == recorded


@pytest.mark.slow
def test_the_command_takes_the_schedulers_address(
    course: Course, local: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_class(course, 3)
    monkeypatch.setattr("chartpath.grading.course.this_course", lambda: course)
    local.wait_for_workers(1)
    done = CliRunner().invoke(cli.app, ["grade", UNIT, "--dask", local.scheduler_address])
    assert done.exit_code == 0, done.output
    assert "3 graded, 0 late, 0 damaged" in done.output


@pytest.mark.slow
def test_a_cluster_lost_for_good_is_one_line_and_can_be_gone_on_from(course: Course) -> None:
    a_class(course, 80)
    with (
        distributed.LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",
            silence_logs=50,
        ) as made,
        dask_cluster(made.scheduler_address) as (executor, at_once),
    ):
        gone: list[str] = []

        def end_it(done: int, total: int, who: str) -> None:
            if not gone:
                gone.append(who)
                made.close()

        with pytest.raises(ChartpathError, match="The workers that mark were lost") as told:
            grade_unit(UNIT, "answers", at_once, end_it, executor=executor, course=course)
    assert "\n" not in str(told.value)
    assert [row.status for row in grade_unit(UNIT, course=course).rows] == ["graded"] * 80


@pytest.mark.slow
def test_a_cluster_without_workers_or_with_another_kit_is_refused(
    local: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        distributed.LocalCluster(
            n_workers=0, processes=True, dashboard_address="127.0.0.1:0", silence_logs=50
        ) as empty,
        pytest.raises(BadInput, match="has no workers"),
        dask_cluster(empty.scheduler_address),
    ):
        pass
    monkeypatch.setattr(cluster, "__version__", "0.0.1")
    with (
        pytest.raises(BadInput, match=r"have chartpath .*, this is 0\.0\.1"),
        dask_cluster(local.scheduler_address),
    ):
        pass


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://x"])
def test_no_scheduler_is_one_line(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    with pytest.raises(BadInput, match="No Dask scheduler answers at") as told, dask_cluster(address):
        pass
    assert "\n" not in str(told.value)


@pytest.mark.slow
def test_a_process_that_dies_costs_one_learner_and_not_the_class(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system ends a process when memory runs out; marking goes on in another."""
    a_class(course, 40)
    submit(course, "learner-007", b'{"cells": [], "metadata": {}, "nbformat": 4, "poison": 1}')
    real = bulk.mark

    def die(setup: Any, work: Any) -> Any:
        if b"poison" in next(iter(work.files.values())):
            os._exit(1)
        return real(setup, work)

    monkeypatch.setattr(bulk, "mark", die)  # forked processes inherit it
    rows = grade_unit(UNIT, "answers", 2, course=course).rows
    assert [row.learner for row in rows if row.status != "graded"] == ["learner-007"]
    assert "was ended by the system" in rows[7].reason


def test_an_executor_that_breaks_is_one_line(course: Course) -> None:
    a_class(course, 3)
    with ThreadPoolExecutor(1) as pool:
        pool.shutdown()
        with pytest.raises(ChartpathError, match="The workers that mark were lost"):
            grade_unit(UNIT, executor=pool, course=course)


def test_dask_goes_with_the_answers_engine() -> None:
    with pytest.raises(BadInput, match="--dask goes with the answers engine"):
        cli_class.grade(UNIT, engine="kernel", dask="tcp://127.0.0.1:1")
