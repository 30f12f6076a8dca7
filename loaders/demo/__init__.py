"""The demo city: a fictitious place with companies, persons, published lists and three tenders.

Made from a seed. Nothing in it is real: names come from word lists of our own, every citizen number and
credit code names a region that does not exist, and no telephone number can be dialled.
"""

from __future__ import annotations

from loaders.demo.write import DemoFile, DemoManifest, write_demo

__all__ = ["DemoFile", "DemoManifest", "write_demo"]
