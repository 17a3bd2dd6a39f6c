# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server really holds of a run, asked through its GraphQL interface: the only proof that it was stored."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from podmix.errors import NetworkError
from podmix.net.client import HttpClient
from podmix.net.policy import NetPolicy

_RUN = """query PodMixRun($entity: String!, $project: String!, $run: String!) {
  project(name: $project, entityName: $entity) { run(name: $run) {
   id name state historyLineCount summaryMetrics } } }"""
_HISTORY = """query PodMixHistory($entity: String!, $project: String!, $run: String!, $minStep: Int64!,
 $maxStep: Int64!, $pageSize: Int!) { project(name: $project, entityName: $entity) {
  run(name: $run) { history(minStep: $minStep, maxStep: $maxStep, samples: $pageSize) } } }"""
_FILES = """query PodMixFiles($entity: String!, $project: String!, $run: String!, $after: String) {
  project(name: $project, entityName: $entity) { run(name: $run) { files(after: $after, first: 500) {
   edges { node { name sizeBytes md5 } } pageInfo { endCursor hasNextPage } } } } }"""
_ARTIFACTS = """query PodMixArtifacts($entity: String!, $project: String!, $run: String!, $after: String) {
  project(name: $project, entityName: $entity) { run(name: $run) { artifacts: outputArtifacts(after: $after,
   first: 200) { edges { node { digest state fileCount artifactSequence { name } } }
    pageInfo { endCursor hasNextPage } } } } }"""
_VIEWER = "query PodMixViewer { viewer { id entity username } }"
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Stored:
    """``files``: name -> (bytes, md5 in base64 or ""); ``artifacts``: committed digest -> number of files."""

    there: bool = False
    rows: int = 0
    history: tuple[dict[str, Any], ...] = ()
    files: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    artifacts: Mapping[str, int] = field(default_factory=dict)
    summary: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Server:
    """Where runs are sent. The key is a secret: it is in no text of this class."""

    host: str
    entity: str
    project: str
    key: str = field(repr=False)


class Reader:
    """Asks a server. Raises NetworkError (AuthenticationNeeded on 401)."""

    def __init__(self, server: Server) -> None:
        self._server = server
        parts = urlsplit(server.host)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        policy = NetPolicy(allowed_hosts=frozenset({f"{parts.hostname}:{port}"}), timeout_s=20.0, total_s=60.0)
        self._http = HttpClient(policy)

    def close(self) -> None:
        self._http.close()

    def entity(self) -> str:
        """The key's own entity, where none was named."""
        viewer = (self._ask(_VIEWER, {}) or {}).get("viewer") or {}
        return str(viewer.get("entity") or viewer.get("username") or "")

    def stored(self, run_id: str) -> Stored:
        """Everything that is there of a run; nothing where the server does not know it."""
        names = {"entity": self._server.entity, "project": self._server.project, "run": run_id}
        run = self._run(_RUN, names)
        if run is None:
            return Stored()
        rows = int(run.get("historyLineCount") or 0)
        return Stored(True, rows, tuple(self._history(names, rows)), self._files(names), self._artifacts(names),
                      json.loads(run.get("summaryMetrics") or "{}"))

    def _history(self, names: Mapping[str, Any], rows: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for start in range(0, rows, _PAGE):
            run = self._run(_HISTORY, {**names, "minStep": start, "maxStep": start + _PAGE, "pageSize": _PAGE}) or {}
            told = [json.loads(row) if isinstance(row, str) else row for row in run.get("history") or ()]
            found += [{name: value for name, value in row.items() if not name.startswith("_")} for row in told]
        return found

    def _files(self, names: Mapping[str, Any]) -> dict[str, tuple[int, str]]:
        return {str(node["name"]): (int(node.get("sizeBytes") or 0), str(node.get("md5") or ""))
                for node in self._pages(_FILES, "files", names)}

    def _artifacts(self, names: Mapping[str, Any]) -> dict[str, int]:
        return {str(node["digest"]): int(node.get("fileCount") or 0)
                for node in self._pages(_ARTIFACTS, "artifacts", names) if node.get("state") == "COMMITTED"}

    def _pages(self, query: str, name: str, names: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        nodes: list[Mapping[str, Any]] = []
        after: str | None = None
        while True:
            page = ((self._run(query, {**names, "after": after}) or {}).get(name)) or {}
            edges: Sequence[Mapping[str, Any]] = page.get("edges") or ()
            nodes += [edge["node"] for edge in edges]
            info = page.get("pageInfo") or {}
            if not info.get("hasNextPage") or not edges:
                return nodes
            after = info.get("endCursor")

    def _run(self, query: str, variables: Mapping[str, Any]) -> Mapping[str, Any] | None:
        project = (self._ask(query, variables) or {}).get("project") or {}
        run = project.get("run")
        return run if isinstance(run, Mapping) else None

    def _ask(self, query: str, variables: Mapping[str, Any]) -> Mapping[str, Any] | None:
        answer = self._http.post_json(f"{self._server.host}/graphql", {"query": query, "variables": dict(variables)},
                                      auth=("api", self._server.key))
        try:
            told = json.loads(answer.body)
        except ValueError as problem:
            raise NetworkError(f"{self._server.host} does not answer like a Weights & Biases server.",
                               remedy="Check its address.") from problem
        data = told.get("data") if isinstance(told, Mapping) else None
        return data if isinstance(data, Mapping) else None
