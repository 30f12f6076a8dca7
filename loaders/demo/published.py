"""Everything that is published about the demo city, list by list."""

from __future__ import annotations

from loaders.demo.courts import Courts
from loaders.demo.offices import Offices
from loaders.demo.penalties import Penalties


class Published(Courts, Offices, Penalties):
    """All published rows; one source of chance for all, so that their order is part of the demo."""
