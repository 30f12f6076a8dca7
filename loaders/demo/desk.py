"""What every publisher of the demo city needs: a calendar, a source of chance, running numbers."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Final

from graph.dates import add_months, add_years
from loaders.demo import variants, words

PROVINCE: Final = "江苏"


def chinese(day: date) -> str:
    """2026年03月05日."""
    return f"{day:%Y年%m月%d日}"


class Desk:
    """A publisher's desk."""

    def __init__(self, seed: int, today: date) -> None:
        self.today = today
        self.rng = random.Random(f"{seed}:published")  # noqa: S311 - a demo is drawn again from its seed
        self._serial = 100

    def ago(self, *, years: int = 0, months: int = 0, days: int = 0) -> date:
        """A day in the past, in calendar years and months."""
        return add_months(add_years(self.today, -years), -months) - timedelta(days=days)

    def number(self) -> int:
        """The next running number."""
        self._serial += 1
        return self._serial

    def court_name(self) -> str:
        """A court of the city."""
        return f"{words.CITY}{self.rng.choice(words.DISTRICTS)}人民法院"

    def case_number(self, year: int, kind: str = "执") -> str:
        """A case number, with brackets of either width."""
        number = f"（{year}）苏99{self.rng.randrange(1, 7):02d}{kind}{self.number()}号"
        return number if self.rng.random() < 0.5 else variants.half_brackets(number)
