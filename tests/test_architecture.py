"""The house rules that a reader would otherwise have to trust: which room may import what, who may read
the clock, how queries reach a database, how long a file may be. Each check is a function over one parsed
file, tried first on a file that breaks it, so that none of them can pass by looking at nothing."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("graph", "matching", "loaders", "api")
MAY_IMPORT = {
    "graph": {"graph"},
    "matching": {"graph", "matching"},
    "loaders": {"graph", "loaders"},
    "api": {"graph", "matching", "loaders", "api"},
}
HELD_IN = {
    "neo4j": "graph/stores/bolt",
    "networkx": "graph/",
    "rapidfuzz": "matching/",
    "fastapi": "api/",
    "starlette": "api/",
    "uvicorn": "api/",
}
"""Third-party packages that only one place may know, so that each can be replaced there."""
CLOCKS = {
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today",
    "time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.ctime", "time.strftime",
}  # fmt: skip
MAX_LINES = 450

ENVIRONMENT = ("os.environ", "os.environb", "os.getenv")

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Check = Callable[[str, ast.Module], Iterator[str]]


def python_files(*folders: str) -> list[str]:
    """Tracked or new Python files below the folders, as paths from the checkout."""
    return sorted(
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if "__pycache__" not in path.parts
    )


@cache
def parsed(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text("utf-8"), path)


def imports(path: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every module that a file imports, also inside functions, with its line; relative ones made absolute."""
    package = path.removesuffix(".py").split("/")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def room_arrows(path: str, tree: ast.Module) -> Iterator[str]:
    room = path.split("/")[0]
    for line, name in imports(path, tree):
        top = name.split(".")[0]
        if top in ROOMS and top not in MAY_IMPORT[room]:
            yield f"{path}:{line} {room} may not import {name}"


def rules_apart(path: str, tree: ast.Module) -> Iterator[str]:
    """Neither a rule nor what rules share imports a rule or the registry that lists them all."""
    if not path.startswith("matching/rules/") or path == "matching/rules/__init__.py":
        return
    for line, name in imports(path, tree):
        part = f"{name}.".removeprefix("matching.rules.").split(".")[0]
        registry = not (ROOT / "matching" / "rules" / f"{part}.py").is_file()
        if f"{name}.".startswith("matching.rules.") and (registry or re.match(r"[a-d]\d\d_", part)):
            yield f"{path}:{line} a rule may not import {name}"


def package_places(path: str, tree: ast.Module) -> Iterator[str]:
    for line, name in imports(path, tree):
        place = HELD_IN.get(name.split(".")[0])
        if place and not path.startswith(place):
            yield f"{path}:{line} {name} may only be imported in {place}"


def declared_only(path: str, tree: ast.Module) -> Iterator[str]:
    outside = path.split("/")[0] not in ROOMS
    known = declared("dev") | helpers(path) | {"tests", "benchmarks", "scripts"} if outside else declared()
    for line, name in imports(path, tree):
        top = name.split(".")[0]
        if top not in known and top not in sys.stdlib_module_names and top not in ROOMS:
            yield f"{path}:{line} {top} is not declared in pyproject.toml"


def helpers(path: str) -> set[str]:
    """Modules that tests share (tests/support and benchmarks, on pytest's path), and those beside a script."""
    folders = (ROOT / "tests" / "support", ROOT / "benchmarks", (ROOT / path).parent)
    packages = {file.parent.name for folder in folders for file in folder.glob("*/__init__.py")}
    return {file.stem for folder in folders for file in folder.glob("*.py")} | packages


@cache
def declared(*extras: str) -> frozenset[str]:
    """Import names of the distributions that pyproject.toml declares."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"]]
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    names = {canonical(re.split(r"[^A-Za-z0-9._-]", line)[0]) for line in wanted}
    owners = metadata.packages_distributions()
    return frozenset(module for module, dists in owners.items() if names & set(map(canonical, dists)))


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def full_names(tree: ast.Module) -> dict[str, str]:
    """What a name stands for: `from datetime import datetime as dt` gives dt → datetime.datetime."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.split(".")[0]
                known |= {alias.asname: alias.name} if alias.asname else {top: top}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            known |= {(a.asname or a.name): f"{node.module}.{a.name}" for a in node.names}
    return known


def dotted(node: ast.expr, known: dict[str, str]) -> str:
    """`dt.now` as `datetime.datetime.now`; empty for anything that is not a chain of names."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([known.get(node.id, node.id), *reversed(parts)])


def no_clock(path: str, tree: ast.Module) -> Iterator[str]:
    if path.split("/")[0] == "api":
        return
    known = full_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and dotted(node, known) in CLOCKS:
            yield f"{path}:{node.lineno} {dotted(node, known)}: times are passed in (as_of, known_at)"


def environment_late(path: str, tree: ast.Module) -> Iterator[str]:
    """Only api/ reads the environment, and never while it is being imported."""
    known = full_names(tree)
    functions = [node for node in ast.walk(tree) if isinstance(node, Function)]
    inside = {id(node) for function in functions for part in body(function) for node in ast.walk(part)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and dotted(node, known) in ENVIRONMENT:
            if path.split("/")[0] != "api":
                yield f"{path}:{node.lineno} only api/ may read the environment"
            elif id(node) not in inside:
                yield f"{path}:{node.lineno} the environment is read while importing"


def body(function: Function) -> list[ast.AST]:
    """What runs when the function is called: not its defaults and decorators, which run at import."""
    return [function.body] if isinstance(function, ast.Lambda) else list(function.body)


def no_module_state(path: str, tree: ast.Module) -> Iterator[str]:
    """An empty container at module level is state waiting to be shared."""
    for node in tree.body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        match value:
            case ast.Dict(keys=[]) | ast.List(elts=[]):
                empty = True
            case ast.Call(func=ast.Name(id="dict" | "list" | "set" | "defaultdict"), keywords=[]):
                empty = True
            case _:
                empty = False
        kept = isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation).startswith(
            ("Mapping", "Sequence")
        )
        if empty and not kept:
            yield f"{path}:{node.lineno} a mutable container at module level"
    for inner in ast.walk(tree):
        if isinstance(inner, ast.Global):
            yield f"{path}:{inner.lineno} `global` rebinds module state"


def silent(path: str, tree: ast.Module) -> Iterator[str]:
    """Nothing below api/ prints: standard output is data, and only the command line writes it."""
    if path.split("/")[0] == "api":
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield f"{path}:{node.lineno} print()"


def short(path: str, _tree: ast.Module) -> Iterator[str]:
    lines = len((ROOT / path).read_text("utf-8").splitlines())
    if lines >= MAX_LINES:
        yield f"{path} has {lines} lines; split it (under {MAX_LINES})"


EXECUTES = {"execute", "executemany", "executescript", "exec_driver_sql", "_run"}


def constant_queries(path: str, tree: ast.Module) -> Iterator[str]:
    """A query is a constant; values go in as parameters. It may be put together from constants (SHOUTING
    names), literals, and as many question marks as there are parameters."""
    known = full_names(tree)
    for scope in (n for n in ast.walk(tree) if isinstance(n, ast.Module | Function)):
        for node in local(scope):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            query = name in EXECUTES or dotted(node.func, known) == "sqlalchemy.text"
            if query and (why := glued(node.args[0], scope, frozenset())):
                yield f"{path}:{node.lineno} {name}(): {why}"


def local(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope without those of the functions inside it."""
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, Function):
            yield child
            yield from local(child)


def glued(node: ast.expr, scope: ast.AST, seen: frozenset[str]) -> str:
    """Why an expression may carry a value into a query; empty when it can't."""
    match node:
        case ast.JoinedStr():
            parts = [p.value for p in node.values if isinstance(p, ast.FormattedValue)]
            return next((f"f-string over `{ast.unparse(p)}`" for p in parts if not fixed(p, scope, seen)), "")
        case ast.BinOp():
            bad = next((side for side in (node.left, node.right) if not fixed(side, scope, seen)), None)
            return f"glued with `{ast.unparse(bad)}`" if bad is not None else ""
        case ast.Call(func=ast.Attribute(attr="format" | "format_map" | "replace" | "join")):
            return "" if fixed(node, scope, seen) else f"built by `{ast.unparse(node)[:60]}`"
        case ast.Name() if not node.id.lstrip("_").isupper() and node.id not in seen:
            values = assigned(node.id, scope)
            return next(filter(None, (glued(v, scope, seen | {node.id}) for v in values)), "")
        case ast.IfExp():
            return glued(node.body, scope, seen) or glued(node.orelse, scope, seen)
    return ""


def assigned(name: str, scope: ast.AST) -> list[ast.expr]:
    """Every expression that a scope assigns to a name, or goes through under that name."""
    found: list[ast.expr] = []
    for node in local(scope):
        match node:
            case ast.Assign(targets=targets, value=value) if any(
                isinstance(t, ast.Name) and t.id == name for t in targets
            ):
                found.append(value)
            case ast.AugAssign(target=ast.Name(id=target), value=value) if target == name:
                found.append(value)
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value) if target == name:
                found.append(value)
            case ast.For(target=ast.Name(id=target), iter=value) if target == name:
                found.append(value)
            case ast.For(
                target=ast.Tuple(elts=[_, ast.Name(id=target)]),
                iter=ast.Call(func=ast.Name(id="enumerate"), args=[value, *_]),
            ) if target == name:
                found.append(value)
    return found


def fixed(node: ast.expr, scope: ast.AST, seen: frozenset[str]) -> bool:
    """Whether an expression is made of constants only: literals, SHOUTING names, and joins of these."""
    match node:
        case ast.Constant():
            return True
        case ast.Name():
            if node.id.lstrip("_").isupper() or node.id in seen:
                return True
            values = assigned(node.id, scope)
            return bool(values) and all(fixed(v, scope, seen | {node.id}) for v in values)
        case ast.Attribute():
            return node.attr.lstrip("_").isupper()
        case ast.Subscript():
            return fixed(node.value, scope, seen)
        case ast.BinOp():
            counted = isinstance(node.op, ast.Mult) and isinstance(node.left, ast.Constant)
            return counted or (fixed(node.left, scope, seen) and fixed(node.right, scope, seen))
        case ast.List() | ast.Tuple():
            return all(fixed(e, scope, seen) for e in node.elts)
        case ast.IfExp():
            return fixed(node.body, scope, seen) and fixed(node.orelse, scope, seen)
        case ast.JoinedStr():
            return all(fixed(p.value, scope, seen) for p in node.values if isinstance(p, ast.FormattedValue))
        case ast.Call(func=ast.Attribute(attr="join" | "format", value=base)):
            inside = [*node.args, *(k.value for k in node.keywords)]
            return fixed(base, scope, seen) and all(fixed(a, scope, seen) for a in inside)
        case ast.GeneratorExp() | ast.ListComp():
            return isinstance(node.elt, ast.Constant)
    return False


CHECKS: dict[str, tuple[Check, str, str]] = {
    "arrows": (room_arrows, "graph/x.py", "def f():\n    from matching.policy import Policy"),
    "sideways": (room_arrows, "loaders/x.py", "import matching"),
    "relative": (room_arrows, "graph/stores/x.py", "from ...api import cli"),
    "rules apart": (rules_apart, "matching/rules/a01_x.py", "from matching.rules.a02_y import RULE"),
    "rules apart, as a package": (rules_apart, "matching/rules/a01_x.py", "from matching import rules"),
    "rules apart, by the registry": (rules_apart, "matching/rules/x.py", "from matching.rules import RULES"),
    "package places": (package_places, "graph/stores/embedded/x.py", "from neo4j import GraphDatabase"),
    "declared only": (declared_only, "graph/x.py", "import requests"),
    "dev packages stay outside": (declared_only, "matching/x.py", "from hypothesis import given"),
    "clock": (no_clock, "matching/x.py", "from datetime import datetime as dt\nt = dt.now()"),
    "clock by module": (no_clock, "loaders/x.py", "import time\ndef f():\n    return time.time()"),
    "clock handed on": (no_clock, "graph/x.py", "import time\ndef f(clock=time.time): ..."),
    "environment": (environment_late, "graph/x.py", "import os\ndef f():\n    return os.environ['A']"),
    "environment in a default": (environment_late, "api/x.py", "import os\ndef f(a=os.getenv('A')): ..."),
    "module state": (no_module_state, "graph/x.py", "_CACHE: dict[str, str] = {}"),
    "rebound state": (no_module_state, "api/x.py", "def f():\n    global A\n    A = 1"),
    "print": (silent, "loaders/x.py", "print('x')"),
    "query by f-string": (constant_queries, "graph/x.py", "def f(c, n):\n    c.execute(f'SELECT {n}')"),
    "query by percent": (constant_queries, "graph/x.py", "def f(c, n):\n    c.execute('SELECT %s' % n)"),
    "query by plus": (constant_queries, "graph/x.py", "def f(c, n):\n    q = 'A' + n\n    c.execute(q)"),
    "query by format": (constant_queries, "graph/x.py", "def f(c, n):\n    c.execute('A {}'.format(n))"),
    "query added to": (
        constant_queries, "graph/x.py", "def f(c, n):\n    q = 'A'\n    q += f' {n}'\n    c.execute(q)",
    ),
    "query over given names": (
        constant_queries, "graph/x.py", "def f(c, ts):\n    for t in ts:\n        c.execute(f'DROP {t}')",
    ),
    "query by text()": (
        constant_queries, "api/x.py", "from sqlalchemy import text\ndef f(n):\n    text(f'{n}')",
    ),
}  # fmt: skip
"""Name to check, and a file that breaks it (where it would stand and its text)."""


@pytest.mark.parametrize("name", CHECKS)
def test_the_check_finds_what_it_is_for(name: str) -> None:
    check, path, text = CHECKS[name]
    assert list(check(path, ast.parse(text)))


@pytest.mark.parametrize(
    "text",
    [
        "QUERY = 'SELECT 1'\ndef f(c):\n    c.execute(QUERY)",
        "COLUMNS = 'a, b'\ndef f(c, x):\n    c.execute(f'SELECT {COLUMNS} FROM t WHERE a = ?', (x,))",
        "def f(c, xs):\n    marks = ','.join('?' * len(xs))\n    c.execute(f'SELECT a IN ({marks})', xs)",
        "def f(c):\n    for table in ('a', 'b'):\n        c.execute(f'DELETE FROM {table}')",
        "def f(c, x):\n    c.execute(select(t).where(t.c.a == x))",
    ],
)
def test_parameters_and_constants_are_fine(text: str) -> None:
    assert not list(constant_queries("graph/x.py", ast.parse(text)))


EVERY = sorted({check for check, _, _ in CHECKS.values()} | {short}, key=lambda check: check.__name__)


@pytest.mark.parametrize("check", EVERY, ids=lambda check: check.__name__)
def test_the_rooms_keep_the_rule(check: Check) -> None:
    files = python_files(*ROOMS)
    assert len(files) > 20
    found = [problem for path in files for problem in check(path, parsed(path))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("check", [declared_only, short], ids=lambda check: check.__name__)
def test_tests_and_benchmarks_keep_the_rule(check: Check) -> None:
    files = python_files("tests", "benchmarks", "scripts")
    assert "tests/test_architecture.py" in files
    found = [problem for path in files for problem in check(path, parsed(path))]
    assert not found, "\n".join(found)


def test_every_room_says_what_it_is_and_is_typed() -> None:
    for path in python_files(*ROOMS):
        tree = parsed(path)
        assert ast.get_docstring(tree) or not tree.body, f"{path} has no docstring"
    for room in ROOMS:
        assert (ROOT / room / "py.typed").is_file()


def test_no_test_folder_is_named_after_a_room_and_names_are_unique() -> None:
    folders = [path for path in (ROOT / "tests").rglob("*") if path.is_dir() and path.name in ROOMS]
    assert not folders
    packages = list((ROOT / "tests").rglob("__init__.py"))
    assert not packages, "tests are run with importlib mode: no packages"
