"""Where marking happens: right here, in processes of our own, or with any executor (a cluster's, say)."""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from chartpath.errors import ChartpathError
from chartpath.grading.marking import Marked, Submission

Marks = list[Marked | str]
MarkAll = Callable[[Sequence[Submission]], Marks]


class _Part(Protocol):
    @property
    def works(self) -> tuple[Submission, ...]: ...


P = TypeVar("P", bound=_Part)


@contextmanager
def workers(
    jobs: int, executor: Executor | None, lock: int, warm: Callable[[], None]
) -> Iterator[Executor | None]:
    """The given executor, `jobs` processes of our own, or None: mark right here.

    `lock` is the course lock's file. `warm` loads what marking needs, once for all processes that are forked.
    """
    if executor is not None:
        yield executor
    elif jobs > 1:
        forked = inherited(lock)
        if forked is not None:
            warm()
            gc.freeze()  # a sweep would touch what is shared, and so copy it
        try:
            with _Processes(jobs, forked) as pool:
                yield pool
        finally:
            gc.unfreeze()
    else:
        yield None


def in_flight(
    pool: Executor | None, jobs: int, mark: MarkAll, parts: Iterator[P]
) -> Iterator[tuple[P, Marks]]:
    """Each part with its marks, in order; no more than a few parts are in memory at once.

    Raises ChartpathError when a cluster gives up.
    """
    if pool is None:
        for part in parts:
            yield part, mark(part.works)
        return
    waiting: deque[tuple[P, Future[Marks]]] = deque()
    for part in parts:
        try:
            task = pool.submit(mark, part.works)
        except (RuntimeError, OSError) as error:  # shut down, or broken
            raise _lost(error) from error
        waiting.append((part, task))
        if len(waiting) > 2 * max(1, jobs):
            first, task = waiting.popleft()
            yield first, _result(task, pool, mark, first.works)
    while waiting:
        first, task = waiting.popleft()
        yield first, _result(task, pool, mark, first.works)


def _result(task: Future[Marks], pool: Executor, mark: MarkAll, works: Sequence[Submission]) -> Marks:
    """What the task found; work in a process that the system ended is marked again, each learner by itself."""
    try:
        return task.result()
    except BrokenExecutor as error:
        if not isinstance(pool, _Processes):
            raise _lost(error) from error
        return [pool.by_itself(mark, work) for work in works]
    except (CancelledError, RuntimeError, OSError) as error:  # marking itself catches whatever it meets
        raise _lost(error) from error


def _lost(error: BaseException) -> ChartpathError:
    said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return ChartpathError(
        f"The workers that mark were lost ({said}). What was graded before is kept; see that they run and grade again to go on."
    )


class _Processes(Executor):
    """Processes of our own, started anew when the system ended one of them (for lack of memory, say)."""

    def __init__(self, jobs: int, lock: int | None) -> None:
        self.settings: dict[str, Any] = {"initializer": begin, "initargs": (lock,)}
        self.jobs = jobs
        self.pool = ProcessPoolExecutor(jobs, **self.settings)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        try:
            return self.pool.submit(fn, *args, **kwargs)
        except BrokenExecutor:
            self.pool.shutdown(wait=False)
            self.pool = ProcessPoolExecutor(self.jobs, **self.settings)
            return self.pool.submit(fn, *args, **kwargs)

    def by_itself(self, mark: MarkAll, work: Submission) -> Marked | str:
        """Mark one learner in a process that may be lost: the others' work is not lost with it."""
        with ProcessPoolExecutor(1, **self.settings) as pool:
            try:
                return pool.submit(mark, [work]).result()[0]
            except BrokenExecutor:
                return "The process that read it was ended by the system, as happens when memory runs out. Look at the file; ask for it once more."

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.pool.shutdown(wait, cancel_futures=cancel_futures)


def inherited(lock: int) -> int | None:
    """The lock's file, where new processes inherit it; else None."""
    return lock if multiprocessing.get_start_method() == "fork" else None


def begin(lock: int | None) -> None:
    """In a new process (as its initializer): see to it that nothing is left when the grader itself is killed."""
    if lock is not None:
        os.close(lock)  # inherited, and would hold the lock on
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:
    parent.join()  # a worker that waits for work would wait forever
    os._exit(1)
