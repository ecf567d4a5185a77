"""The threads that share the work of large kernels."""

from __future__ import annotations

import operator
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from queue import SimpleQueue


class Job:
    """Pieces that are handed out one after the other."""

    def __init__(self, run: Callable[[int], int], count: int) -> None:
        self.run = run
        self.next = iter(range(count))
        self.left = count
        self.bad = 0
        self.done = threading.Event()
        self.lock = threading.Lock()

    def work(self) -> None:
        """Take pieces until there are none left."""
        for piece in self.next:
            status = 0
            try:
                status = self.run(piece)
            finally:
                self._count(status)

    def close(self) -> None:
        """Wait until no thread is at work; what is not begun, since something came between, is left."""
        for _ in self.next:
            self._count(0)
        self.done.wait()

    def _count(self, status: int) -> None:
        with self.lock:
            self.bad |= status
            self.left -= 1
            if self.left == 0:
                self.done.set()


class Pool:
    """Threads that wait for work, made when they are first needed."""

    def __init__(self) -> None:
        self.count = usable()
        self.forget()

    def forget(self) -> None:
        """Begin anew, as in a child process, where no thread is left."""
        self.lock = threading.Lock()
        self.queue: SimpleQueue[Job] | None = None
        self.started = 0

    def run(self, job: Job, pieces: int) -> None:
        """Let as many threads as may be work on a job, this one among them."""
        helpers = min(self.count, pieces) - 1
        if helpers:
            queue = self._started(helpers)
            for _ in range(helpers):
                queue.put(job)
        try:
            job.work()
        finally:
            job.close()

    def _started(self, helpers: int) -> SimpleQueue[Job]:
        """Start as many threads as are missing, and give the queue from which they take."""
        from queue import SimpleQueue

        with self.lock:
            if self.queue is None:
                self.queue = SimpleQueue()
            while self.started < helpers:
                threading.Thread(target=self._serve, args=(self.queue,), daemon=True, name="autograd").start()
                self.started += 1
            return self.queue

    @staticmethod
    def _serve(queue: SimpleQueue[Job]) -> None:
        while True:
            queue.get().work()


def usable() -> int:
    """Give the number of processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


pool = Pool()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=pool.forget)


def set_num_threads(count: int | None) -> None:
    """Choose on how many threads large kernels run.

    What they compute does not depend on it. NumPy's own products have threads of their own, which this leaves alone.

    Parameters
    ----------
    count : int or None
        At least 1; None for as many as there are processors that the process may use.

    Raises
    ------
    TypeError
        If it is no whole number.
    ValueError
        If it is less than 1.

    Examples
    --------
    >>> set_num_threads(1)
    >>> get_num_threads()
    1
    >>> set_num_threads(None)
    """
    wanted = usable() if count is None else operator.index(count)
    if wanted < 1:
        raise ValueError(f"There is at least one thread; met {count}. Write set_num_threads(None) for one a processor.")
    pool.count = wanted


def get_num_threads() -> int:
    """Give the number of threads on which large kernels run."""
    return pool.count
