"""The blocking path of a server process: small requests are decided one after the other, and recorded together.

A decision is Python at work, and Python works in one thread at a time: sixteen threads that decide get less done than
one. So the event loop decides small requests itself, one between two looks at its sockets, and one other thread
records: while it waits for the disk the loop decides, and everything that was decided meanwhile goes into the next
commit. Tenders with many bidders are decided in a thread beside, few at a time. Whatever comes when too much waits
already is refused at once (503, Retry-After), so that what was taken is answered in time.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from api.routes.problem import ProblemError
from api.service import Lease, Service
from api.telemetry import Telemetry

if TYPE_CHECKING:
    from matching.ledger import Entry
    from matching.request import DecisionRequest

MOST_LARGE: Final = 1
"""Large requests decided at once in one process."""
MOST_LARGE_WAITING: Final = 16
SMALL_BODY: Final = 16_384
SMALL_BIDDERS: Final = 3
"""Up to this a request is small: about a millisecond a bidder."""
GROUP: Final = 128
"""Decisions recorded by one commit."""
FEWEST: Final = 4
"""Decisions that are recorded together while more requests wait: a commit costs as much as half a decision. When nobody
waits, nothing is held back."""
TOGETHER: Final = 16
"""Requests decided on one look at the newest answer of a reviewer."""


class _Job(NamedTuple):
    request: DecisionRequest
    actor: str
    tenant: str
    slot: str
    digest: str
    done: asyncio.Future[Entry]


_Recorded = tuple["Entry", "asyncio.Future[Entry]"]
_Group = list[_Recorded]


class Recorder:
    """The thread that makes decisions durable, as many at once as have been decided."""

    def __init__(self, record: Callable[[Sequence[Entry]], None], loop: asyncio.AbstractEventLoop) -> None:
        self._record = record
        self._loop = loop
        self._queue: queue.SimpleQueue[_Group | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def put(self, decided: _Group) -> None:
        """Record decisions; the future beside each gets it once it is on the disk."""
        self._queue.put(decided)

    def close(self) -> None:
        """Record what was handed in, then end."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        more = True
        while more:
            group: _Group = []
            found = self._queue.get()
            while found is not None:
                group += found
                if len(group) >= GROUP or self._queue.empty():
                    break
                found = self._queue.get()
            more = found is not None
            if group:
                self._commit(group)

    def _commit(self, group: _Group) -> None:
        outcome: list[Exception | None]
        try:
            self._record([entry for entry, _ in group])
            outcome = [None] * len(group)
        except Exception as error:  # noqa: BLE001 - handed to the callers, none of whom is answered
            # one that can't be recorded must not cost the others their answer
            outcome = [error] if len(group) == 1 else [self._alone(entry) for entry, _ in group]
        self._loop.call_soon_threadsafe(_tell, group, outcome)

    def _alone(self, entry: Entry) -> Exception | None:
        try:
            self._record([entry])
        except Exception as error:  # noqa: BLE001 - as above
            return error
        return None


def _tell(group: _Group, outcome: list[Exception | None]) -> None:
    for (entry, done), error in zip(group, outcome, strict=True):
        if done.done():
            continue
        if error is None:
            done.set_result(entry)
        else:
            done.set_exception(error)


class Deciding:
    """Decides what arrives at one server process. Made and used in its event loop."""

    def __init__(self, service: Service, telemetry: Telemetry, *, most_waiting: int) -> None:
        """Begin.

        Args:
            service: what decides.
            telemetry: what counts.
            most_waiting: small requests that may wait: 256 are about a third of a second of work.
        """
        self._service = service
        self._telemetry = telemetry
        self._most_waiting = most_waiting
        self._waiting: deque[_Job] = deque()
        self._taken = 0
        self._large_waiting = 0
        self._slots: set[tuple[str, str]] = set()
        self._large = asyncio.Semaphore(MOST_LARGE)
        self._arrived = asyncio.Event()
        self._decided: _Group = []
        self._recorder = Recorder(service.ledger.record_decisions, asyncio.get_running_loop())
        self._task = asyncio.create_task(self._run())

    @property
    def waiting(self) -> int:
        """Requests that were taken and not answered yet."""
        return self._taken + self._large_waiting

    async def close(self) -> None:
        """Finish what was taken, then end."""
        while self._taken:
            await asyncio.sleep(0.01)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await asyncio.to_thread(self._recorder.close)

    def check(self, request: DecisionRequest, size: int) -> None:
        """Whether a request can be taken now.

        Raises:
            ProblemError: `http.busy`.
        """
        small = is_small(request, size)
        if self._taken >= self._most_waiting if small else self._large_waiting >= MOST_LARGE_WAITING:
            self._telemetry.refused()
            raise busy()

    async def small(
        self, request: DecisionRequest, actor: str, tenant: str, slot: str = "", digest: str = ""
    ) -> Entry:
        """Decide and record a small request; the decision, with its bytes, is on the disk when it is returned.

        Args:
            request: what is asked.
            actor: who asks.
            tenant: whose decision it is.
            slot: the idempotency key that it answers, taken by recording it; empty for none.
            digest: of the request's body, with a key.

        Raises:
            ProblemError: `http.in_flight`: this process is deciding for that key already.
            LedgerError, GenerationError, StoreError: a part is away, or the key is taken (`ledger.key_taken`);
                nothing was decided.
        """
        if slot and (tenant, slot) in self._slots:
            raise ProblemError("http.in_flight", headers={"Retry-After": "1"})
        job = _Job(request, actor, tenant, slot, digest, asyncio.get_running_loop().create_future())
        job.done.add_done_callback(self._done)
        if slot:
            self._slots.add((tenant, slot))
            job.done.add_done_callback(lambda _: self._slots.discard((tenant, slot)))
        self._taken += 1
        self._waiting.append(job)
        self._arrived.set()
        # who leaves meanwhile leaves a decision on record: it was made
        return await asyncio.shield(job.done)

    def _done(self, done: asyncio.Future[Entry]) -> None:
        self._taken -= 1
        if not self._taken:
            self._telemetry.waits(self.waiting)
        # whoever asked may have left: then nobody else looks at the outcome
        if not done.cancelled():
            done.exception()

    async def large(self, request: DecisionRequest, actor: str, tenant: str, slot: str = "") -> Entry:
        """Decide and record a large request in a thread beside; the decision comes with its bytes.

        Args:
            request: what is asked.
            actor: who asks.
            tenant: whose decision it is.
            slot: the idempotency key that was reserved for it; empty for none.

        Raises:
            LedgerError, GenerationError, StoreError: a part is away; nothing was decided.
        """
        self._large_waiting += 1
        try:
            async with self._large:
                return await asyncio.to_thread(self._service.recorded, request, actor, tenant, slot)
        finally:
            self._large_waiting -= 1
            self._telemetry.waits(self.waiting)

    async def _run(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                together = [self._waiting.popleft() for _ in range(min(TOGETHER, len(self._waiting)))]
                try:
                    seq = await self._newest_review()
                except Exception as error:  # noqa: BLE001 - handed to those who asked
                    for job in together:
                        _fail(job, error)
                    self._hand_over()
                    continue
                for place, job in enumerate(together, 1):
                    decided = await self._one(job, seq)
                    last = place == len(together) and not self._waiting
                    # nobody waits for others that come to nothing, however many of them there are
                    if last or not decided or len(self._decided) >= FEWEST:
                        self._hand_over()
                    # sockets are looked at between two decisions: what arrives is read, what was recorded is sent
                    await asyncio.sleep(0)

    async def _newest_review(self) -> int:
        ledger = self._service.ledger
        # a file answers in microseconds; a server may be away, and the loop must not wait for it
        return ledger.reviews_seq() if ledger.local else await asyncio.to_thread(self._reviews_read)

    def _reviews_read(self) -> int:
        """The newest answer, with all up to it in memory."""
        ledger = self._service.ledger
        seq = ledger.reviews_seq()
        if seq:
            ledger.reviews(seq)
        return seq

    async def _one(self, job: _Job, seq: int) -> bool:
        """Decide one request; False where it could not be."""
        try:
            lease = await self._lease()
            self._telemetry.waits(self.waiting)
            try:
                entry = self._service.prepared(
                    lease,
                    job.request,
                    job.actor,
                    job.tenant,
                    seq=seq,
                    idempotency_key=job.slot,
                    body_hash=job.digest,
                )
            finally:
                self._service.give_back(lease)
            self._decided.append((entry, job.done))
        except Exception as error:  # noqa: BLE001 - handed to the one who asked
            _fail(job, error)
            return False
        return True

    def _hand_over(self) -> None:
        """Let what was decided be recorded."""
        if self._decided:
            self._recorder.put(self._decided)
            self._decided = []

    async def _lease(self) -> Lease:
        lease = self._service.take()
        while lease is None:
            self._hand_over()
            await asyncio.to_thread(self._service.refresh)
            lease = self._service.take()
        return lease


def is_small(request: DecisionRequest, size: int) -> bool:
    """Whether the event loop decides a request itself, by its bytes and bidders."""
    return size <= SMALL_BODY and len(request.bidders) <= SMALL_BIDDERS


def _fail(job: _Job, error: Exception) -> None:
    if not job.done.done():
        job.done.set_exception(error)


def busy() -> ProblemError:
    """Too much waits already: come again in a second."""
    return ProblemError("http.busy", headers={"Retry-After": "1"})
