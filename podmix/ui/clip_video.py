# SPDX-License-Identifier: GPL-3.0-or-later
"""A preview as a captioned video, upright for phones: the same painted card as on the screen, frame by frame.

Drawing and encoding take about as long as the clip, so they happen in a process of their own (``write_in_process``);
the window only waits for it on a background thread.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from podmix.app.views import PreviewCard
from podmix.errors import AudioError, PodMixError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WIDE, TALL = 720, 1280
SCALE = 1.6
FRAMES_PER_S = 24
MARGIN = 14  # round the card, twice that above and below: phones draw their own signs there
_GLIDE = 0.18  # of the way to the current line that the captions move in one frame
_PATIENCE_S = 900.0


def frames(card: PreviewCard) -> Iterator[NDArray[np.uint8]]:
    """Pictures ``(1280, 720, 3)`` of the clip from its first to its last moment. Needs a QGuiApplication."""
    import numpy as np
    from PySide6.QtCore import QPointF, QRect, QSize
    from PySide6.QtGui import QColor, QImage, QPainter

    from podmix.ui.previews.backdrop import paint_backdrop
    from podmix.ui.previews.card_paint import PaintedCard
    from podmix.ui.theme import DARK

    whole = QRect(0, 0, round(WIDE / SCALE), round(TALL / SCALE))
    painted = PaintedCard(card, DARK, datetime.now().astimezone(), controls=False)
    painted.lay_out(QSize(whole.width() - 2 * MARGIN, whole.height() - 4 * MARGIN))
    image = QImage(WIDE, TALL, QImage.Format.Format_RGB888)
    for number in range(round((card.end - card.start) * FRAMES_PER_S)):
        time = card.start + number / FRAMES_PER_S
        goal = painted.captions.scroll_for(painted.captions.current(time))
        painted.scroll += (goal - painted.scroll) * (_GLIDE if number else 1.0)
        painter = QPainter(image)
        painter.scale(SCALE, SCALE)
        paint_backdrop(painter, whole, painted.colours.glow, QColor(DARK.background), dark=True)
        painted.paint(painter, QPointF(MARGIN, 2 * MARGIN), time, playing=True, scale=SCALE)
        painter.end()
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(TALL, image.bytesPerLine())
        yield rows[:, :WIDE * 3].reshape(TALL, WIDE, 3).copy()


def write_in_process(card: PreviewCard, target: Path) -> Path:
    """Write the video; blocks until it is there. Raises what went wrong as PodMixError."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_render, args=(card, str(target), theirs), name="podmix-video", daemon=True)
    process.start()
    theirs.close()
    try:
        problem = ours.recv() if ours.poll(_PATIENCE_S) else AudioError("Writing the video took too long.")
    except EOFError:
        problem = AudioError("Writing the video stopped. Nothing was lost.", remedy="Free some memory and try again.")
    finally:
        ours.close()
        process.terminate()
        process.join()
    if problem is not None:
        raise problem
    return target


def _render(card: PreviewCard, target: str, answer: Connection) -> None:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtGui import QFont, QGuiApplication

    from podmix.app.clip_export import write_video_file
    from podmix.ui.theme import face

    application = QGuiApplication(["podmix-video"])
    application.setFont(QFont(face()))
    try:
        write_video_file(card, frames(card), Path(target), FRAMES_PER_S)
        answer.send(None)
    except PodMixError as problem:
        answer.send(problem)
    finally:
        application.quit()
