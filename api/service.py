"""The long-lived side of the composition root: a ledger, a policy, and whichever generation is current."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import msgspec

from api import bootstrap
from api.errors import log_unexpected
from api.settings import Settings

if TYPE_CHECKING:
    from graph.generation import Generation
    from matching.decision import Decision
    from matching.ledger import Entry, Ledger
    from matching.policy import Policy
    from matching.replay import ReplayResult
    from matching.request import DecisionRequest
    from matching.screening import Screener

OPENED_AT_ONCE: Final = 64 * 1024 * 1024
"""Bytes up to which a newly published generation is opened while its first caller waits (some 20 ms); a larger one is
opened beside the requests, which go on reading the one before until it is ready."""
LOOK_SECONDS: Final = 0.25
"""How often a server looks for a newly published generation when nobody asks anything."""
FOLD_SECONDS: Final = 1.0
"""How often the log of the ledger's database is folded in: a commit that had to do it would take some 20 ms."""
AGAIN_SECONDS: Final = 1.0
"""After this a generation that could not be opened is tried again."""
WARMED_WITH: Final = 8
"""Requests seen last, evaluated against a new generation before it is used: its first caller finds it warm."""
WARMING_BIDDERS: Final = 3
"""A request with more bidders is not kept for that: the new generation would wait for it."""

Signature = tuple[int, int] | None
"""When `current` was written, and which file it is; None: there is none."""


class Lease:
    """A generation with its screener, and how many requests still read it; the last one out closes a superseded one."""

    def __init__(self, generation: Generation, screener: Screener, signature: Signature) -> None:
        self.generation = generation
        self.screener = screener
        self.signature = signature
        self.readers = 0
        self.superseded = False
        size = sum(info.size for info in generation.manifest.files.values())
        self.at_once = size <= OPENED_AT_ONCE


class Service:
    """Answers requests from many threads; a newly published generation is used as soon as it is open.

    Raises:
        LedgerError, PolicyError, HomeError: a part can't be opened: the program does not start.
    """

    def __init__(self, settings: Settings) -> None:
        from graph.generation import Earlier
        from matching.ledger import open_ledger

        self.settings = settings
        self.policy: Policy = bootstrap.load_policy(settings)
        self._key = bootstrap.secret_key(settings)
        bootstrap.ensure_home(settings)
        self.ledger: Ledger = open_ledger(settings.ledger)
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._lease: Lease | None = None
        self._failed: tuple[Signature, Exception] | None = None
        self._done_with: deque[Lease] = deque()
        self._seen: deque[DecisionRequest] = deque(maxlen=WARMED_WITH)
        self._current = settings.data_root / "current"
        self._earlier = Earlier(settings.data_root)
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._watcher: threading.Thread | None = None
        self.prepare: Callable[[Generation], None] = lambda generation: None
        """What is done with a generation before it is used, so that its first caller does not wait for it."""
        self.opened: Callable[[int], None] = lambda number: None
        """Told the number of the generation that is used from now on."""
        try:
            self.ledger.put_document(
                "policy", self.policy.hash, self.policy.text.encode(), at=bootstrap.now()
            )
        except BaseException:
            self.ledger.close()
            raise

    def close(self) -> None:
        """Release the generation and the ledger."""
        self._ended.set()
        self._wake.set()
        if self._watcher is not None:
            self._watcher.join()
        with self._lock:
            if self._lease is not None:
                self._lease.generation.close()
                self._lease = None
        self._close_superseded()
        self._earlier.close()
        self.ledger.close()

    @contextmanager
    def generation(self) -> Iterator[Generation]:
        """The current generation, held open while it is read.

        Raises:
            GenerationError, StoreError: nothing has been loaded yet, or it is damaged.
        """
        with self.held() as lease:
            yield lease.generation

    @contextmanager
    def held(self) -> Iterator[Lease]:
        """The current generation with its screener; opens it where the caller has to wait for that.

        Raises:
            GenerationError, StoreError: as `generation`.
        """
        lease = self.take()
        while lease is None:
            self.refresh()
            lease = self.take()
        try:
            yield lease
        finally:
            self.give_back(lease)

    def take(self) -> Lease | None:
        """The current generation, to be given back; None where somebody has to `refresh` first. Never waits.

        Raises:
            GenerationError, StoreError: the published one can't be read: nothing is decided on an older one.
        """
        signature = self._signature()
        with self._lock:
            lease = self._lease
            if lease is not None and lease.signature != signature:
                if self._failed is not None and self._failed[0] == signature:
                    raise self._failed[1]
                if lease.at_once:
                    return None
                self._wake.set()
            if lease is not None:
                lease.readers += 1
            return lease

    def give_back(self, lease: Lease) -> None:
        """The counterpart of `take`."""
        with self._lock:
            lease.readers -= 1
            self._retire(lease)

    def refresh(self) -> None:
        """Open what is published now, unless it is open already.

        Raises:
            GenerationError, StoreError: it can't be opened.
        """
        from graph.generation.reader import current_ref

        with self._opening:
            signature, lease = self._signature(), self._lease
            if lease is not None and lease.signature == signature:
                return
            if lease is not None and current_ref(self.settings.data_root) == lease.generation.ref:
                lease.signature = signature
                return
            generation = bootstrap.open_current_generation(self.settings, searching=True)
            try:
                screener = self._screener(generation)
                if lease is not None:
                    self._warm(screener)
                self.prepare(generation)
            except BaseException:
                generation.close()
                raise
            fresh = Lease(generation, screener, signature)
            with self._lock:
                self._lease, self._failed = fresh, None
                if lease is not None:
                    lease.superseded = True
                    self._retire(lease)
            self.opened(generation.number)
            if self._watcher is None and not self._ended.is_set():
                self._watcher = threading.Thread(target=self._watch, name="generation", daemon=True)
                self._watcher.start()

    def _signature(self) -> Signature:
        try:
            found = self._current.stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino

    def _screener(self, generation: Generation) -> Screener:
        from matching.screening import Screener

        return Screener(
            generation, self.policy, self.ledger, pseudonym_key=self._key, older=self._earlier.open
        )

    def _warm(self, screener: Screener) -> None:
        """Ask what was asked last, recording nothing: the pages of the new generation are read before it is used."""
        now = bootstrap.now()
        for request in tuple(self._seen):
            screener.evaluate(request, as_of=now, known_at=now, reviews_seq=0)

    def _watch(self) -> None:
        """Open a newly published generation beside the requests, and close those that nobody reads any more."""
        folded = time.monotonic()
        while not self._ended.is_set():
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()
            self._close_superseded()
            if time.monotonic() >= folded + FOLD_SECONDS:
                self.ledger.fold()
                folded = time.monotonic()
            lease = self._lease
            if self._ended.is_set() or lease is None or lease.signature == (signature := self._signature()):
                continue
            try:
                self.refresh()
            except Exception as error:  # noqa: BLE001 - handed to whoever asks; nobody is answered from an older state
                known = self._failed is not None and self._failed[0] == signature
                with self._lock:
                    self._failed = (signature, error)
                if not known:
                    log_unexpected(error, self.settings.logs)
                self._ended.wait(AGAIN_SECONDS)

    def _retire(self, lease: Lease) -> None:
        if lease.superseded and lease.readers == 0:
            self._done_with.append(lease)
            self._wake.set()

    def _close_superseded(self) -> None:
        while self._done_with:
            self._done_with.popleft().generation.close()

    def decide(
        self, request: DecisionRequest, actor: str, tenant: str, idempotency_key: str = ""
    ) -> Decision:
        """Decide and record durably, against the current generation."""
        return self.recorded(request, actor, tenant, idempotency_key).decision

    def recorded(self, request: DecisionRequest, actor: str, tenant: str, idempotency_key: str = "") -> Entry:
        """The same, with the bytes that were recorded: they are what is answered.

        Args:
            request: what is asked.
            actor: who asks.
            tenant: whose decision it is.
            idempotency_key: the key that was reserved for it; empty for none.
        """
        with self.held() as lease:
            seq = self.ledger.reviews_seq()
            entry = self.prepared(lease, request, actor, tenant, seq=seq, idempotency_key=idempotency_key)
            self.ledger.record_decisions((entry,))
            return entry

    def prepared(
        self,
        lease: Lease,
        request: DecisionRequest,
        actor: str,
        tenant: str,
        *,
        seq: int,
        idempotency_key: str = "",
        body_hash: str = "",
    ) -> Entry:
        """A decision with its bytes, not recorded yet; nobody may be told of it before it is.

        Args:
            lease: what to read.
            request: what is asked.
            actor: who asks.
            tenant: whose decision it is.
            seq: `reviews_seq` of the ledger, read after the request arrived.
            idempotency_key: the key that it answers, taken when it is recorded; empty for none.
            body_hash: of the request's body, with a key.
        """
        from matching.decision import to_json

        if len(request.bidders) <= WARMING_BIDDERS:
            self._seen.append(request)
        entry = lease.screener.prepare(request, bootstrap.now(), None, None, tenant, actor, seq)
        # written once: what is recorded is what is answered
        return msgspec.structs.replace(
            entry, body=to_json(entry.decision), idempotency_key=idempotency_key, body_hash=body_hash
        )

    def replay(self, decision_id: str, tenant: str) -> ReplayResult:
        """Calculate a recorded decision again."""
        from matching import replay as engine

        return engine.replay(
            decision_id,
            ledger=self.ledger,
            open_generation=lambda ref: bootstrap.open_pinned_generation(self.settings, ref),
            pseudonym_key=self._key,
            tenant=tenant,
        )
