"""Runs in the peers' own interpreter, which has none of this project: reads a request, writes an answer.

`python peers_outside.py REQUEST.json ANSWER.json FOLDER`; called by `namelab.peers`.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any


def score(request: dict[str, Any]) -> dict[str, Any]:
    """nomenklatura: each pair as two companies with one name each."""
    matching = importlib.import_module("nomenklatura.matching")
    proxy = importlib.import_module("followthemoney").model

    def company(number: int, name: str) -> Any:
        data = {"id": f"c{number}", "schema": "Company", "properties": {"name": [name.strip() or "-"]}}
        return proxy.get_proxy(data)

    made = [(company(2 * i, a), company(2 * i + 1, b)) for i, (a, b) in enumerate(request["pairs"])]
    answer: dict[str, Any] = {}
    for name in request["algorithms"]:
        algorithm = matching.get_algorithm(name)
        if algorithm is None:
            continue
        config = algorithm.default_config()
        start = time.perf_counter()
        scores = [float(algorithm.compare(a, b, config).score) for a, b in made]
        took = (time.perf_counter() - start) / max(len(made), 1) * 1e6
        answer[name] = {"scores": scores, "microseconds": took}
    return answer


def bigrams(text: str) -> list[str]:
    return [text[i : i + 2] for i in range(len(text) - 1)] or [text]


def search(request: dict[str, Any], folder: Path) -> dict[str, Any]:
    """tantivy: bigrams joined by spaces in one field, a disjunction of them as the query."""
    tantivy = importlib.import_module("tantivy")
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("name", stored=False, tokenizer_name="whitespace", index_option="freq")
    builder.add_unsigned_field("row", stored=True)
    schema = builder.build()
    where = folder / "index"
    where.mkdir()
    index = tantivy.Index(schema, path=str(where))
    start = time.perf_counter()
    writer = index.writer(heap_size=256_000_000)
    for row, entry in enumerate(request["entries"]):
        writer.add_document(tantivy.Document(name=" ".join(bigrams(entry)), row=row))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    built = time.perf_counter() - start
    searcher = index.searcher()
    found, took = [], []
    for query in request["queries"]:
        start = time.perf_counter()
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "name", gram))
            for gram in dict.fromkeys(bigrams(query))
            if gram.strip()
        ]
        hits = searcher.search(tantivy.Query.boolean_query(terms), request["limit"]).hits if terms else []
        took.append((time.perf_counter() - start) * 1e3)
        found.append([searcher.doc(address)["row"][0] for _, address in hits])
    size = sum(path.stat().st_size for path in where.iterdir())
    return {"found": found, "milliseconds": took, "build_seconds": built, "bytes": size}


def main() -> None:
    request_path, answer_path, folder = (Path(word) for word in sys.argv[1:4])
    request = json.loads(request_path.read_text("utf-8"))
    answer = score(request) if request["task"] == "score" else search(request, folder)
    answer_path.write_text(json.dumps(answer), "utf-8")


if __name__ == "__main__":
    main()
