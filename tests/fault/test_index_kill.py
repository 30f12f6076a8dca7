"""An index that is interrupted while it is written, damaged on the disk, or replaced while others read it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from index_names import company_names, keys_of, open_index, publish_index

from graph.generation.errors import GenerationError
from matching.index.folder import MANIFEST, build_folder, open_folder

pytestmark = pytest.mark.fault

OLD = company_names(1_500)
NEW = company_names(1_500, seed=9)
_BUILD = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from index_names import company_names, keys_of
from graph.generation.errors import GenerationError
from matching.index.folder import build_folder
names = company_names(1_500, seed=9)
keys = keys_of(names)
build_folder(Path(sys.argv[1]) / "warm", names[:10], keys[:10])
print("ready", flush=True)
while True:
    try:
        build_folder(Path(sys.argv[1]) / "index", names, keys)
    except GenerationError as error:
        if error.code != "generation.busy":
            raise
    if len(sys.argv) > 3 and sys.argv[3] == "once":
        break
    if len(sys.argv) > 3:
        time.sleep(float(sys.argv[3]))
"""


def _builder(home: Path, *more: str) -> subprocess.Popen[str]:
    support = str(Path(__file__).parents[1] / "support")
    process = subprocess.Popen(
        [sys.executable, "-c", _BUILD, str(home), support, *more], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_killed_while_writing_leaves_an_index_that_works(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    build_folder(folder, OLD, keys_of(OLD))
    for attempt in range(6):
        with _builder(tmp_path) as process:
            time.sleep(0.011 * attempt + 0.003)
            os.kill(process.pid, signal.SIGKILL)
        index = open_folder(folder)
        assert index.search(OLD[0])[0].text == OLD[0] or index.search(NEW[0])[0].text == NEW[0]
        assert len(index) == 1_500
    build_folder(folder, OLD, keys_of(OLD))
    assert open_folder(folder).search(OLD[0])[0].text == OLD[0]
    assert sorted(each.name for each in folder.iterdir() if each.is_dir()) != []
    assert len([each for each in folder.iterdir() if each.is_dir()]) == 1


def test_threads_read_on_while_another_process_replaces_the_index(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    build_folder(folder, OLD, keys_of(OLD))
    index = open_folder(folder)
    right = [[one.entry for one in index.search(name)] for name in OLD[:100]]
    wrong: list[str] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            for name, answer in zip(OLD[:100], right, strict=True):
                if [one.entry for one in index.search(name)] != answer:
                    wrong.append(name)

    def reopen() -> None:
        while not stop.is_set():
            found = open_folder(folder)
            if not (found.search(OLD[0])[0].text == OLD[0] or found.search(NEW[0])[0].text == NEW[0]):
                wrong.append("reopened")

    threads = [threading.Thread(target=read), threading.Thread(target=read), threading.Thread(target=reopen)]
    for thread in threads:
        thread.start()
    # with a pause: whoever opens reads the files of one index before the next is there, on slow machines too
    with _builder(tmp_path, "0.2") as process:
        time.sleep(1.5)
        process.kill()
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    with _builder(tmp_path, "once") as process:
        assert process.wait() == 0
    assert open_folder(folder).search(NEW[0])[0].text == NEW[0]


def test_two_builders_do_not_mix(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    caught: list[str] = []
    with _builder(tmp_path) as process:
        limit = time.monotonic() + 90
        while not caught and time.monotonic() < limit:
            try:
                build_folder(folder, OLD[:5], keys_of(OLD[:5]))
            except GenerationError as error:
                caught.append(error.code)
        process.kill()
    assert caught == ["generation.busy"]


def test_flipped_and_missing_bytes_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    build_folder(folder, OLD, keys_of(OLD))
    inside = next(each for each in folder.iterdir() if each.is_dir())
    for path in sorted(inside.iterdir()):
        sound = path.read_bytes()
        for damaged in (
            sound[:-1],
            sound[:40],
            b"",
            sound[:70] + bytes([sound[70] ^ 4]) + sound[71:],
            sound[:9] + bytes([sound[9] ^ 1]) + sound[10:],
            sound[:-1] + bytes([sound[-1] ^ 128]),
            sound + b"\0",
        ):
            path.write_bytes(damaged)
            with pytest.raises(GenerationError) as caught:
                open_folder(folder)
            assert caught.value.code in ("generation.damaged", "generation.foreign")
        path.unlink()
        with pytest.raises(GenerationError):
            open_folder(folder)
        path.write_bytes(sound)
    assert open_folder(folder).search(OLD[0])[0].text == OLD[0]


@pytest.mark.parametrize(
    ("found", "put", "code"),
    [
        (b'"format":1', b'"format":2', "generation.foreign"),
        (b'"index":"', b'"index":"0', "generation.foreign"),
        (b'"files"', b'"filez"', "generation.damaged"),
        (b'"folder":"', b'"folder":"../', "generation.damaged"),
        (b"{", b"", "generation.damaged"),
    ],
)
def test_changed_manifest_is_refused(tmp_path: Path, found: bytes, put: bytes, code: str) -> None:
    build_folder(tmp_path, OLD[:50], keys_of(OLD[:50]))
    path = tmp_path / MANIFEST
    path.write_bytes(path.read_bytes().replace(found, put, 1))
    with pytest.raises(GenerationError) as caught:
        open_folder(tmp_path)
    assert caught.value.code == code


def test_interrupted_publication_leaves_the_shared_base_whole(tmp_path: Path) -> None:
    first = publish_index(tmp_path, 1, OLD)
    with pytest.raises(KeyboardInterrupt):
        _interrupted(tmp_path, first)
    assert open_index(tmp_path, first).search(OLD[0])[0].text == OLD[0]
    third = publish_index(tmp_path, 3, [*OLD[1:], *NEW[:20]], first)
    assert open_index(tmp_path, third).search(NEW[0])[0].text == NEW[0]


def _interrupted(home: Path, first: object) -> None:
    from graph.generation.format import Sink
    from graph.generation.manifest import Manifest
    from matching.index.write import write_index

    assert isinstance(first, Manifest)
    folder = home / "2"
    folder.mkdir()

    def stop(step: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    names = [*OLD, *NEW[:50]]
    with Sink(folder, home / "segments") as sink:
        write_index(sink, names, keys_of(names), first, stop)
