# SPDX-License-Identifier: GPL-3.0-or-later
"""A server on loopback that speaks as much of Weights & Biases' protocol as wandb's own core asks for.

It proves what PodMix sends, not that W&B takes it. ``fail`` breaks one answer at a time; what was stored stays stored.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

KEY = "local-" + "a" * 40
ENTITY = "someone"


class WandbServer:
    """``fail``: name -> how often it happens still. Names: ``refuse`` (drop every connection), ``401``, ``graphql``
    (500), ``stream`` (500 on file_stream), ``stream-half`` (500 after half
    of the rows were stored), ``stream-lie`` (200, nothing stored), ``put`` (403), ``put-lie`` (200,
    nothing stored), ``put-drop`` (connection closed), ``commit`` (error)."""

    def __init__(self) -> None:
        self.fail: dict[str, int] = {}
        self.lock = threading.RLock()
        self.requests: list[tuple[str, str]] = []
        self.bytes_seen = bytearray()
        self.connections = 0
        self.runs: dict[str, dict[str, Any]] = {}
        self.artifacts: dict[str, dict[str, Any]] = {}
        server = self

        class Handler(_Handler):
            owner = server

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None: ...

        self._http = Quiet(("127.0.0.1", 0), Handler)
        self.host = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def broken(self, name: str) -> bool:
        with self.lock:
            left = self.fail.get(name, 0)
            if left > 0:
                self.fail[name] = left - 1
            return left > 0

    def run(self, name: str) -> dict[str, Any]:
        return self.runs.setdefault(name, {"history": {}, "files": {}, "config": None, "summary": None})

    def rows(self, name: str) -> list[dict[str, Any]]:
        history = self.runs.get(name, {"history": {}})["history"]
        return [json.loads(history[at]) for at in sorted(history)]

    def committed(self, run: str | None = None) -> list[dict[str, Any]]:
        return [one for one in self.artifacts.values() if one["state"] == "COMMITTED" and run in (None, one["run"])]

    # -- GraphQL --

    def answer(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        name = next(iter(re.findall(r"(?:query|mutation)\s+(\w+)", query)), "")
        with self.lock:
            handler = getattr(self, f"_{name}", None)
            if handler is None:
                return {"errors": [{"message": f"unknown {name}"}]}
            return handler(variables)

    def _Viewer(self, _v: Any) -> Any:
        return {"data": {"viewer": {"id": "u", "entity": ENTITY, "username": ENTITY, "flags": "{}", "teams": {
            "edges": []}}}}

    _PodMixViewer = _Viewer

    def _UpsertBucket(self, v: Any) -> Any:
        run = self.run(v["name"])
        fresh = not run.get("seen")
        run["seen"] = True
        if v.get("config"):
            run["config"] = json.loads(v["config"])
        run |= {key: v[key] for key in ("groupName", "jobType", "tags", "displayName") if v.get(key)}
        return {"data": {"upsertBucket": {"bucket": {
            "id": v["name"], "name": v["name"], "displayName": v.get("displayName") or v["name"], "sweepName": None,
            "historyLineCount": len(run["history"]), "config": json.dumps(run["config"] or {}),
            "project": {"id": "p", "name": v.get("project") or "podmix",
                        "entity": {"id": "e", "name": v.get("entity") or ENTITY}}}, "inserted": fresh}}}

    def _CreateRunFiles(self, v: Any) -> Any:
        run = v.get("run") or v.get("runName")
        return {"data": {"createRunFiles": {"runID": run, "uploadHeaders": [], "files": [
            {"name": name, "uploadUrl": f"{self.host}/put/run/{run}/{name}"} for name in v["files"]]}}}

    def _CreateArtifact(self, v: Any) -> Any:
        told = v.get("input") or v
        name, digest = told["artifactCollectionName"], told["digest"]
        found = next((one for one in self.artifacts.values() if (one["name"], one["digest"]) == (name, digest)), None)
        if found is None:
            found = {"id": f"a{len(self.artifacts)}", "name": name, "digest": digest, "state": "PENDING", "files": {},
                     "run": told.get("runName"), "aliases": [], "manifest": None}
            self.artifacts[found["id"]] = found
        found["aliases"] = [one["alias"] for one in told.get("aliases") or []] or found["aliases"]
        return {"data": {"createArtifact": {"artifact": {"id": found["id"], "state": found["state"],
                "artifactSequence": {"id": f"s-{name}", "latestArtifact": None}}}}}

    def _CreateArtifactManifest(self, v: Any) -> Any:
        told = v.get("input") or v
        place = f"{self.host}/put/manifest/{told['artifactID']}/wandb_manifest.json"
        return {"data": {"createArtifactManifest": {"artifactManifest": {"id": f"m-{told['artifactID']}", "file": {
            "id": "f", "name": "wandb_manifest.json", "displayName": "wandb_manifest.json", "uploadUrl": place,
            "uploadHeaders": []}}}}}

    def _CreateArtifactFiles(self, v: Any) -> Any:
        specs = (v.get("input") or v)["artifactFiles"]
        return {"data": {"createArtifactFiles": {"files": {"edges": [{"node": {
            "id": f"f{at}", "name": one["name"], "displayName": one["name"], "uploadHeaders": [],
            "uploadUrl": f"{self.host}/put/artifact/{one['artifactID']}/{one['name']}", "storagePath": one["name"],
            "uploadMultipartUrls": None, "artifact": {"id": one["artifactID"]}}}
            for at, one in enumerate(specs)]}}}}

    def _CommitArtifact(self, v: Any) -> Any:
        if self.broken("commit"):
            return {"errors": [{"message": "no"}]}
        found = self.artifacts[(v.get("input") or v)["artifactID"]]
        found["state"] = "COMMITTED"
        return {"data": {"commitArtifact": {"artifact": {"id": found["id"], "digest": found["digest"]}}}}

    def _RunResumeStatus(self, _v: Any) -> Any:
        return {"data": {"model": {"id": "p", "name": "podmix", "entity": {"id": "e", "name": ENTITY}, "bucket": None}}}

    # -- reading back, as the public interface has it --

    def _of(self, v: Any, made: Any) -> Any:
        run = self.runs.get(v["run"])
        return {"data": {"project": {"run": None if run is None else made(run)}}}

    def _PodMixRun(self, v: Any) -> Any:
        return self._of(v, lambda run: {"id": v["run"], "name": v["run"], "state": "finished",
                                        "historyLineCount": len(run["history"]),
                                        "summaryMetrics": json.dumps(run["summary"] or {})})

    def _PodMixHistory(self, v: Any) -> Any:
        return self._of(v, lambda run: {"history": [run["history"][at] for at in sorted(run["history"])
                                                    if v["minStep"] <= at < v["maxStep"]]})

    def _PodMixFiles(self, v: Any) -> Any:
        def node(name: str, content: bytes) -> dict[str, Any]:
            checksum = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
            return {"node": {"name": name, "sizeBytes": len(content), "md5": checksum}}
        return self._of(v, lambda run: {"files": {"edges": [node(*one) for one in sorted(run["files"].items())],
                                                  "pageInfo": {"hasNextPage": False}}})

    def _PodMixArtifacts(self, v: Any) -> Any:
        return self._of(v, lambda run: {"artifacts": {"edges": [
            {"node": {"digest": one["digest"], "state": one["state"], "fileCount": len(one["files"]),
                      "artifactSequence": {"name": one["name"]}}}
            for one in self.artifacts.values() if one["run"] == v["run"]], "pageInfo": {"hasNextPage": False}}})

    # -- files and streams --

    def stream(self, run: str, body: dict[str, Any]) -> None:
        with self.lock:
            kept = self.run(run)
            for name, part in (body.get("files") or {}).items():
                if name == "wandb-history.jsonl":
                    for at, line in enumerate(part["content"]):
                        kept["history"][part["offset"] + at] = line
                elif name == "wandb-summary.json":
                    kept["summary"] = json.loads(part["content"][-1])
            kept["exitcode"] = body.get("exitcode", kept.get("exitcode"))

    def put(self, path: str, content: bytes) -> None:
        kind, owner, name = path.split("/", 2)
        with self.lock:
            if kind == "run":
                self.run(owner)["files"][name] = content
            elif kind == "manifest":
                self.artifacts[owner]["manifest"] = json.loads(content)
            else:
                self.artifacts[owner]["files"][name] = content


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: WandbServer

    def setup(self) -> None:
        super().setup()
        with self.owner.lock:
            self.owner.connections += 1

    def log_message(self, *_: Any) -> None: ...

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            content = b""
            while size := int(self.rfile.readline(), 16):
                content += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.owner.lock:
            self.owner.bytes_seen += str(self.headers).encode() + content
        return gzip.decompress(content) if self.headers.get("Content-Encoding") == "gzip" else content

    def _say(self, status: int, told: Any = None) -> None:
        content = json.dumps(told if told is not None else {}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def do_POST(self) -> None:
        body = self._body()
        path = unquote(urlsplit(self.path).path)
        if self.owner.broken("refuse"):
            return self._hang_up()
        wanted = "Basic " + base64.b64encode(f"api:{KEY}".encode()).decode()
        if self.headers.get("Authorization") != wanted or self.owner.broken("401"):
            return self._say(401, {"errors": [{"message": "no"}]})
        if path.endswith("/graphql"):
            told = json.loads(body)
            name = next(iter(re.findall(r"(?:query|mutation)\s+(\w+)", told["query"])), "")
            self.owner.requests.append(("graphql", name))
            if not name.startswith("PodMix") and self.owner.broken("graphql"):
                return self._say(500)
            return self._say(200, self.owner.answer(told["query"], told.get("variables") or {}))
        if path.endswith("/file_stream"):
            self.owner.requests.append(("stream", path))
            if self.owner.broken("stream"):
                return self._say(500)
            if self.owner.broken("stream-half"):
                told = json.loads(body)
                if history := (told.get("files") or {}).get("wandb-history.jsonl"):
                    self.owner.stream(path.split("/")[-2], {"files": {"wandb-history.jsonl": {
                        **history, "content": history["content"][:len(history["content"]) // 2]}}})
                return self._say(500)
            if not self.owner.broken("stream-lie"):
                self.owner.stream(path.split("/")[-2], json.loads(body))
            return self._say(200, {"exitcode": None, "limits": {}})
        return self._say(404)

    def do_PUT(self) -> None:
        body = self._body()
        path = unquote(urlsplit(self.path).path).removeprefix("/put/")
        self.owner.requests.append(("put", path))
        if self.owner.broken("put-drop"):
            return self._hang_up()
        if self.owner.broken("put"):
            return self._say(403)
        if not self.owner.broken("put-lie"):
            self.owner.put(path, body)
        return self._say(200)
