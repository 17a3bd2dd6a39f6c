# SPDX-License-Identifier: GPL-3.0-or-later
"""The encoder's graph against PyTorch's own LSTM, where weights are kept, and the mel spectrogram."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from podmix.errors import ModelError, ModelMissing
from podmix.speech import voice_encoder
from podmix.speech.voice_encoder import CONVERTED, VoiceEncoder, mel_frames

torch: Any = pytest.importorskip("torch")
STARTS = np.array([0, 40, 100], np.int64)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    voice_encoder._session.cache_clear()


def published(folder: Path, seed: int = 0) -> Any:
    """Random weights in the published form, and the network that they are of."""
    torch.manual_seed(seed)
    lstm, linear = torch.nn.LSTM(40, 256, 3, batch_first=True), torch.nn.Linear(256, 256)
    parts = {"lstm": lstm, "linear": linear}
    state = {f"{part}.{name}": value for part, net in parts.items() for name, value in net.state_dict().items()}
    folder.mkdir(exist_ok=True)
    torch.save({"step": 1, "model_state": state | {"similarity_weight": torch.ones(1)}}, folder / "pretrained.pt")

    def run(windows: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            raw = torch.relu(linear(lstm(torch.from_numpy(windows))[1][0][-1])).numpy()
        return np.asarray(raw / np.linalg.norm(raw, axis=1, keepdims=True))

    return run


def mels() -> np.ndarray:
    return np.random.default_rng(0).random((300, 40)).astype(np.float32)


def test_the_graph_computes_what_pytorch_computes(tmp_path: Path) -> None:
    run = published(tmp_path)
    vectors = VoiceEncoder.load(tmp_path).encode(mels(), STARTS)
    assert vectors == pytest.approx(run(np.stack([mels()[s : s + 160] for s in STARTS])), abs=1e-5)


def test_vectors_are_unit_rows_and_none_for_none(tmp_path: Path) -> None:
    published(tmp_path)
    encoder = VoiceEncoder.load(tmp_path)
    assert np.linalg.norm(encoder.encode(mels(), STARTS), axis=1) == pytest.approx(1.0, abs=1e-5)
    assert encoder.encode(mels(), np.zeros(0, np.int64)).shape == (0, 256)


def test_converted_weights_are_kept_beside_or_in_the_cache(tmp_path: Path) -> None:
    published(tmp_path / "a")
    beside = VoiceEncoder.load(tmp_path / "a").encode(mels(), STARTS)
    assert (tmp_path / "a" / CONVERTED).is_file()
    published(tmp_path / "b")
    VoiceEncoder.load(tmp_path / "b", cache=tmp_path / "cache")
    assert not (tmp_path / "b" / CONVERTED).exists()
    (tmp_path / "b" / "pretrained.pt").unlink()
    voice_encoder._session.cache_clear()
    again = VoiceEncoder.load(tmp_path / "b", cache=tmp_path / "cache").encode(mels(), STARTS)
    assert again == pytest.approx(beside, abs=1e-6)


def test_a_folder_that_cannot_be_written_is_read_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published(tmp_path)

    def refuse(*_: object) -> None:
        raise PermissionError("read-only")

    monkeypatch.setattr(voice_encoder, "atomic_write", refuse)
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        assert len(VoiceEncoder.load(tmp_path).encode(mels(), STARTS)) == 3
        assert not (tmp_path / CONVERTED).exists()
    finally:
        tmp_path.chmod(stat.S_IRWXU)


def test_damaged_converted_weights_are_made_again(tmp_path: Path) -> None:
    run = published(tmp_path)
    (tmp_path / CONVERTED).write_bytes(b"half a file")
    vectors = VoiceEncoder.load(tmp_path).encode(mels(), STARTS)
    assert vectors[0] == pytest.approx(run(mels()[None, :160])[0], abs=1e-5)


def test_no_weights_is_a_missing_model(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        VoiceEncoder.load(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not a pickle at all", b"PK\x03\x04" + bytes(100)])
def test_what_is_no_model_is_said_calmly(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pretrained.pt").write_bytes(content)
    with pytest.raises(ModelError):
        VoiceEncoder.load(tmp_path)


def test_other_weights_are_refused(tmp_path: Path) -> None:
    torch.save({"model_state": {"linear.weight": torch.zeros(3, 3)}}, tmp_path / "pretrained.pt")
    with pytest.raises(ModelError):
        VoiceEncoder.load(tmp_path)


class _Evil:
    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return print, ("run",)


def test_nothing_in_the_file_is_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.save({"model_state": _Evil()}, tmp_path / "pretrained.pt")
    with pytest.raises(ModelError):
        VoiceEncoder.load(tmp_path)
    assert "run" not in capsys.readouterr().out


def test_pytorch_is_not_loaded_once_weights_are_converted(tmp_path: Path) -> None:
    published(tmp_path)
    VoiceEncoder.load(tmp_path)
    program = ("import sys, pathlib; from podmix.speech.voice_encoder import VoiceEncoder; "
               f"VoiceEncoder.load(pathlib.Path({str(tmp_path)!r})); print('torch' in sys.modules)")
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=60,
                          cwd=Path(__file__).parents[2], check=False)
    assert done.stdout.strip() == "False", done.stderr


# -- mel frames --


@pytest.mark.parametrize("band", [500.0, 1500.0, 4000.0])
def test_a_tone_is_in_its_band_and_a_frame_is_10_ms(band: float) -> None:
    samples = (0.1 * np.sin(2 * np.pi * band * np.arange(16_000) / 16_000)).astype(np.float32)
    frames = mel_frames(samples)
    assert frames.shape == (101, 40)
    middles = np.argmax(voice_encoder._mel_filters(), axis=0) * 8000 / 200
    assert abs(middles[np.argmax(frames[50])] - band) <= 160


def test_mel_frames_are_librosas() -> None:
    librosa = pytest.importorskip("librosa")
    samples = (0.2 * np.random.default_rng(1).normal(size=16_000)).astype(np.float32)  # louder than the target
    expected = librosa.feature.melspectrogram(y=samples, sr=16_000, n_fft=400, hop_length=160, n_mels=40).T
    inner = slice(3, -3)  # librosa's newer padding differs at the very edges
    assert mel_frames(samples)[inner] == pytest.approx(expected[inner], rel=1e-3, abs=1e-6)


def test_quiet_speech_is_raised_and_loud_speech_left() -> None:
    noise = np.random.default_rng(2).normal(size=16_000).astype(np.float32)
    assert mel_frames(noise * 0.001) == pytest.approx(mel_frames(noise * 0.01), rel=1e-2)
    assert mel_frames(noise * 0.2).sum() > 2 * mel_frames(noise * 0.1).sum()


def test_next_to_nothing_has_no_frames() -> None:
    assert mel_frames(np.zeros(100, np.float32)).shape == (0, 40)
    assert not mel_frames(np.zeros(16_000, np.float32)).any()
