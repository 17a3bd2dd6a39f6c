# SPDX-License-Identifier: GPL-3.0-or-later
"""Models from packages and from a hub: joined, verified, resumed, replaced whole, refused politely."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from podmix.errors import ModelError, ModelMissing, NetworkError
from podmix.models import store as store_module
from podmix.models.catalogue import Catalogue, HubFile, ModelEntry, PackagedFile
from podmix.models.store import ModelStore
from podmix.net.client import HttpClient
from podmix.net.policy import NetPolicy
from podmix.progress import Progress, finish
from tests.models.hub_stand_in import Hub

BIG, SMALL = os.urandom(300_000), b'{"a": 1}\n'


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two packages that hold model.bin in two parts and config.json."""
    site = tmp_path / "site"
    (site / "one").mkdir(parents=True)
    (site / "two").mkdir()
    (site / "one" / "model.bin.part1").write_bytes(BIG[:200_000])
    (site / "two" / "model.bin.part2").write_bytes(BIG[200_000:])
    (site / "two" / "config.json").write_bytes(SMALL)

    class Distribution:
        def locate_file(self, inside: str) -> Path:
            return site / inside

    def distribution(name: str) -> Distribution:
        if name not in ("one", "two") or not (site / name).exists():
            raise store_module.metadata.PackageNotFoundError(name)
        return Distribution()

    monkeypatch.setattr(store_module.metadata, "distribution", distribution)
    return site


def entry(*, hub: bool = False, packaged: bool = True, model_sha: str = sha(BIG)) -> ModelEntry:
    files = (PackagedFile("model.bin", (("one", "one/model.bin.part1"), ("two", "two/model.bin.part2")), model_sha),
             PackagedFile("config.json", (("two", "two/config.json"),), sha(SMALL)))
    hub_files = (HubFile("onnx/model.bin", "model.bin", ""), HubFile("config.json", "config.json", ""))
    return ModelEntry("m", "speech", "The model", (), "MIT", "somebody", 300_009, files if packaged else (),
                      "org/model", "main", hub_files if hub else ())


def store(tmp_path: Path, one: ModelEntry, **options: object) -> ModelStore:
    return ModelStore(tmp_path / "models", catalogue=Catalogue((one,)), **options)  # type: ignore[arg-type]


def test_parts_are_joined_and_verified_once(tmp_path: Path, packages: Path) -> None:
    models = store(tmp_path, entry(), offline_only=True)
    assert models.find("m") is None
    assert models.at_hand("m")
    folder = finish(models.ensure("m"))
    assert (folder / "model.bin").read_bytes() == BIG
    assert (folder / "config.json").read_bytes() == SMALL
    assert models.find("m") == folder
    assert json.loads((folder / "verified.json").read_text())["files"]["model.bin"]["sha256"] == sha(BIG)
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["m"], "nothing half-made is left"


def test_a_wrong_package_is_refused(tmp_path: Path, packages: Path) -> None:
    (packages / "two" / "model.bin.part2").write_bytes(BIG[200_000:-1] + b"x")
    models = store(tmp_path, entry(), offline_only=True)
    with pytest.raises(ModelError) as caught:
        finish(models.ensure("m"))
    assert "pip install" in caught.value.remedy
    assert models.find("m") is None
    assert list((tmp_path / "models").iterdir()) == []


def test_a_changed_file_is_not_trusted_and_is_made_again(tmp_path: Path, packages: Path) -> None:
    models = store(tmp_path, entry(), offline_only=True)
    folder = finish(models.ensure("m"))
    (folder / "model.bin").write_bytes(b"damaged")
    assert models.find("m") is None
    assert (finish(models.ensure("m")) / "model.bin").read_bytes() == BIG


def test_an_edition_of_yesterday_is_not_todays(tmp_path: Path, packages: Path) -> None:
    """The catalogue moved on: what was verified then is not what is asked for now."""
    folder = finish(store(tmp_path, entry(), offline_only=True).ensure("m"))
    newer = entry(model_sha=sha(BIG[:200_000] + b"new"))
    (packages / "two" / "model.bin.part2").write_bytes(b"new")
    models = store(tmp_path, newer, offline_only=True)
    assert models.find("m") is None
    assert (finish(models.ensure("m")) / "model.bin").read_bytes() == BIG[:200_000] + b"new"
    assert models.find("m") == folder


@pytest.mark.parametrize("note", ["", "[]", "{}", '{"files": {}}', '{"files": []}', '{"files": {"model.bin": 1}}'])
def test_a_note_that_vouches_for_nothing(tmp_path: Path, packages: Path, note: str) -> None:
    models = store(tmp_path, entry(), offline_only=True)
    folder = finish(models.ensure("m"))
    (folder / "verified.json").write_text(note)
    assert models.find("m") is None


def test_a_removed_package_is_noticed(tmp_path: Path, packages: Path) -> None:
    models = store(tmp_path, entry(), offline_only=True)
    finish(models.ensure("m"))
    (packages / "two" / "config.json").unlink()  # single files are links
    assert models.find("m") is None
    with pytest.raises(ModelMissing) as caught:
        finish(models.ensure("m"))
    assert "offline" in caught.value.remedy


def test_offline_never_asks_the_hub(tmp_path: Path) -> None:
    def no_client() -> HttpClient:
        raise AssertionError("asked for the network")

    models = store(tmp_path, entry(hub=True, packaged=False), offline_only=True, http=no_client)
    assert not models.at_hand("m")
    with pytest.raises(ModelMissing) as caught:
        finish(models.ensure("m"))
    assert caught.value.remedy


def test_an_unknown_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nothing"):
        store(tmp_path, entry()).find("nothing")


@pytest.fixture
def hub() -> Iterator[Hub]:
    server = Hub({"onnx/model.bin": BIG, "config.json": SMALL, "README.md": b"x"}, frozenset({"onnx/model.bin"}))
    yield server
    server.close()


@pytest.fixture
def client() -> Iterator[HttpClient]:
    with HttpClient(NetPolicy(allow_private=True)) as made:
        yield made


def from_hub(tmp_path: Path, hub: Hub, client: HttpClient, one: ModelEntry | None = None) -> ModelStore:
    return store(tmp_path, one or entry(hub=True, packaged=False), hub=hub.address, http=lambda: client)


def test_from_the_hub_with_progress(tmp_path: Path, hub: Hub, client: HttpClient) -> None:
    models = from_hub(tmp_path, hub, client)
    shown: list[Progress] = []
    folder = finish(models.ensure("m"), shown.append)
    assert (folder / "model.bin").read_bytes() == BIG
    assert (folder / "config.json").read_bytes() == SMALL
    assert not (folder / "README.md").exists()
    assert models.find("m") == folder
    assert shown[-1].fraction == 1.0
    assert [s.done for s in shown] == sorted(s.done for s in shown)
    assert json.loads((folder / "verified.json").read_text())["files"]["model.bin"]["sha256"] == sha(BIG)
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["m"]


def test_an_interrupted_download_goes_on_where_it_stopped(tmp_path: Path, hub: Hub, client: HttpClient) -> None:
    hub.cut = [120_000]
    models = from_hub(tmp_path, hub, client)
    with pytest.raises(NetworkError):
        finish(models.ensure("m"))
    assert models.find("m") is None
    folder = finish(models.ensure("m"))
    assert (folder / "model.bin").read_bytes() == BIG
    assert any(asked and asked != "bytes=0-" for _, asked in hub.requests), "the rest was asked for, not all"


def test_what_is_not_what_the_hub_states_is_thrown_away(tmp_path: Path, hub: Hub, client: HttpClient) -> None:
    hub.files = {**hub.files, "onnx/model.bin": BIG[:-1] + bytes([BIG[-1] ^ 1])}
    models = from_hub(tmp_path, hub, client)
    with pytest.raises(ModelError, match="damaged"):
        finish(models.ensure("m"))
    assert models.find("m") is None
    hub.files = dict(hub.stated)
    assert (finish(models.ensure("m")) / "model.bin").read_bytes() == BIG


def test_a_small_file_is_checked_too(tmp_path: Path, hub: Hub, client: HttpClient) -> None:
    hub.files = {**hub.files, "config.json": b'{"b": 2}\n'}
    with pytest.raises(ModelError, match="damaged"):
        finish(from_hub(tmp_path, hub, client).ensure("m"))


def test_the_catalogue_beats_the_hub(tmp_path: Path, hub: Hub, client: HttpClient) -> None:
    one = ModelEntry("m", "speech", "The model", (), "MIT", "x", 9, (), "org/model", "main",
                     (HubFile("config.json", "config.json", sha(b"another")),))
    with pytest.raises(ModelError, match="damaged"):
        finish(from_hub(tmp_path, hub, client, one).ensure("m"))


def test_a_file_that_the_hub_no_longer_has(tmp_path: Path, hub: Hub, client: HttpClient) -> None:
    del hub.stated["config.json"]
    with pytest.raises(ModelError, match=r"config\.json"):
        finish(from_hub(tmp_path, hub, client).ensure("m"))


@pytest.mark.parametrize("answer", [b"<html>", b"{}", b'[{"no": "path"}]', b"[1]",
                                    b'[{"path": "config.json", "size": "big"}]',
                                    b'[{"path": "config.json", "size": 9, "lfs": "no"}]'])
def test_a_hub_that_talks_nonsense(tmp_path: Path, hub: Hub, client: HttpClient, answer: bytes,
                                   monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "listing", lambda: answer)
    with pytest.raises(ModelError):
        finish(from_hub(tmp_path, hub, client).ensure("m"))


@pytest.mark.models
@pytest.mark.parametrize("model", ["whisper-tiny.en", "whisper-base", "all-MiniLM-L6-v2"])
def test_the_real_packages_agree_with_the_catalogue(tmp_path: Path, model: str) -> None:
    models = ModelStore(tmp_path, offline_only=True)
    if not models.at_hand(model):
        pytest.skip("the offline extra is not installed")
    assert finish(models.ensure(model)) == models.find(model)
