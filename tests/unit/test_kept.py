"""What is kept is bounded, and what was asked least recently goes first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from matching.kept import Kept


def test_what_was_asked_least_recently_goes_first() -> None:
    kept: Kept[str, int] = Kept(2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (1, None, 3)
    kept.put("a", 4)
    assert (kept.get("a"), len(kept)) == (4, 2)


def test_threads_never_make_it_larger() -> None:
    kept: Kept[int, int] = Kept(8)

    def work(begin: int) -> None:
        for number in range(begin, begin + 2_000):
            kept.put(number % 50, number % 50)
            assert kept.get(number % 50) in (None, number % 50)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(0, 80_000, 10_000)))
    assert len(kept) == 8
