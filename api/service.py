"""The long-lived side of the composition root: a ledger, a policy, and whichever generation is current."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from api import bootstrap
from api.settings import Settings

if TYPE_CHECKING:
    from graph.generation import Generation
    from matching.decision import Decision
    from matching.ledger import Ledger
    from matching.policy import Policy
    from matching.replay import ReplayResult
    from matching.request import DecisionRequest
    from matching.screening import Screener


class _Lease:
    """A generation with its screener, and how many requests still read it; the last one out closes a superseded one."""

    def __init__(self, generation: Generation, screener: Screener) -> None:
        self.generation = generation
        self.screener = screener
        self.readers = 0
        self.superseded = False


class Service:
    """Answers requests from many threads; a newly published generation is used from the next request on.

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
        self._lease: _Lease | None = None
        self._earlier = Earlier(settings.data_root)
        try:
            self.ledger.put_document("policy", self.policy.hash, self.policy.text.encode())
        except BaseException:
            self.ledger.close()
            raise

    def close(self) -> None:
        """Release the generation and the ledger."""
        with self._lock:
            if self._lease is not None:
                self._lease.generation.close()
                self._lease = None
        self._earlier.close()
        self.ledger.close()

    @contextmanager
    def generation(self) -> Iterator[Generation]:
        """The current generation, held open while it is read.

        Raises:
            GenerationError, StoreError: nothing has been loaded yet, or it is damaged.
        """
        with self._held() as lease:
            yield lease.generation

    @contextmanager
    def _held(self) -> Iterator[_Lease]:
        lease = self._take()
        try:
            yield lease
        finally:
            with self._lock:
                lease.readers -= 1
                self._retire(lease)

    def _take(self) -> _Lease:
        from graph.generation.reader import current_ref

        with self._lock:
            lease = self._lease
            if lease is None or current_ref(self.settings.data_root) != lease.generation.ref:
                generation = bootstrap.open_current_generation(self.settings, searching=True)
                fresh = _Lease(generation, self._screener(generation))
                self._lease = fresh
                if lease is not None:
                    lease.superseded = True
                    self._retire(lease)
                lease = fresh
            lease.readers += 1
            return lease

    def _screener(self, generation: Generation) -> Screener:
        from matching.screening import Screener

        return Screener(
            generation, self.policy, self.ledger, pseudonym_key=self._key, older=self._earlier.open
        )

    def _retire(self, lease: _Lease) -> None:
        if lease.superseded and lease.readers == 0:
            lease.generation.close()

    def decide(
        self, request: DecisionRequest, actor: str, tenant: str, idempotency_key: str = ""
    ) -> Decision:
        """Decide and record durably, against the current generation."""
        with self._held() as lease:
            return lease.screener.screen(
                request, now=bootstrap.now(), tenant=tenant, actor=actor, idempotency_key=idempotency_key
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
