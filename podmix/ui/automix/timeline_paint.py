# SPDX-License-Identifier: GPL-3.0-or-later
"""Drawing the timeline's parts. Places come in as a ``Scale`` and areas in pixels; nothing here is remembered."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from podmix.ui.automix.picture import MixPicture, Times, TrackPicture, TransitionPicture, value_at
from podmix.ui.automix.waves import WaveTiles, loudness_share
from podmix.ui.music.colours import key_colour
from podmix.ui.music.track_painter import REACH
from podmix.ui.music.wave_paint import Scale
from podmix.ui.theme import BODY, ROW_RADIUS, SMALL, Tokens, font, mix
from podmix.ui.wording import clock_text

RULER, ENERGY, GAP = 22, 54, 10
HEAD, TALL_HEAD, TALL_LANE = 28, 46, 120
"""A track's head is one line, or two in lanes with room for it."""
NARROW_PX, NUMBERED_PX = 7.0, 44.0
MANY_PX, LINED_PX = 48.0, 16.0
SHORTEST_BOX, CURVES_PX = 10.0, 40.0
THIN_PX = 4.0
"""Tracks narrower than that are columns, as high as they are loud."""
ENERGY_PX = 4.0
HIGH_ENERGY = 5.0
STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600)


@dataclass(frozen=True, slots=True)
class Places:
    """Where things stand in a timeline of this size."""

    wide: float
    tall: float

    @property
    def lane_tall(self) -> float:
        return max(40.0, (self.tall - RULER - ENERGY - 2 * GAP - 4) / 2)

    def lane(self, number: int) -> QRectF:
        return QRectF(0, RULER + ENERGY + GAP + number * (self.lane_tall + GAP), self.wide, self.lane_tall)

    @property
    def head(self) -> int:
        return TALL_HEAD if self.lane_tall >= TALL_LANE else HEAD

    def wave(self, number: int) -> QRectF:
        return self.lane(number).adjusted(0, self.head, 0, 0)

    def box(self, transition: TransitionPicture, scale: Scale) -> QRectF:
        """A transition's frame over both lanes; one without length is still wide enough to be hit."""
        left, right = scale.x(transition.start), scale.x(transition.end)
        if right - left < SHORTEST_BOX:
            middle = (left + right) / 2
            left, right = middle - SHORTEST_BOX / 2, middle + SHORTEST_BOX / 2
        top = self.lane(0).top()
        return QRectF(left, top, right - left, self.lane(1).bottom() - top)


def draw_ruler(painter: QPainter, places: Places, scale: Scale, tokens: Tokens) -> None:
    painter.setFont(font(SMALL, numbers=True))
    step = next((one for one in STEPS_S if one * scale.per_second >= 72), 7200)
    second = int(max(0.0, scale.second(0)) // step) * step
    while scale.x(second) < places.wide:
        x = round(scale.x(second)) + 0.5
        painter.setPen(QPen(tokens.colour("line"), 1))
        painter.drawLine(QLineF(x, RULER - 5, x, RULER))
        painter.setPen(tokens.colour("faint"))
        if -1 <= x < places.wide - 48:
            painter.drawText(QPointF(max(10.0, x + 4), RULER - 6), clock_text(second))
        second += step


def draw_energy(painter: QPainter, places: Places, picture: MixPicture, scale: Scale, tokens: Tokens) -> None:
    """The energy curve: smooth through the middles of the tracks."""
    area = QRectF(0, RULER, places.wide, ENERGY)
    points = picture.energy
    if points:
        points = _fewer(points, round(scale.per_second * picture.duration / ENERGY_PX))

        def at(second: float, energy: float) -> QPointF:
            return QPointF(scale.x(second), area.bottom() - 5 - (energy - 1) / 9 * (area.height() - 14))

        path = QPainterPath(at(0.0, points[0][1]))
        last = path.currentPosition()
        for second, energy in (*points, (picture.duration, points[-1][1])):
            here = at(second, energy)
            middle = (last.x() + here.x()) / 2
            path.cubicTo(QPointF(middle, last.y()), QPointF(middle, here.y()), here)
            last = here
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        below = QPainterPath(path)
        below.lineTo(last.x(), area.bottom())
        below.lineTo(scale.x(0.0), area.bottom())
        painter.fillPath(below, tokens.colour("attention", 0.10))
        painter.setPen(QPen(tokens.colour("attention"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setFont(font(SMALL))
    painter.setPen(tokens.colour("soft"))
    high = bool(points) and value_at(points, scale.second(30)) > HIGH_ENERGY
    painter.drawText(QPointF(10, area.bottom() - 8 if high else RULER + 16), "Energy")


def _fewer(points: tuple[tuple[float, float], ...], most: int) -> tuple[tuple[float, float], ...]:
    """Means of neighbours where there are more than ``most``."""
    size = -(-len(points) // max(2, most))
    if size < 2:
        return points
    groups = [points[start: start + size] for start in range(0, len(points), size)]
    return tuple((sum(second for second, _ in group) / len(group), sum(energy for _, energy in group) / len(group))
                 for group in groups)


def is_thin(track: TrackPicture, scale: Scale) -> bool:
    return (track.end - track.begin) * scale.per_second < THIN_PX


def draw_thin_tracks(painter: QPainter, places: Places, tracks: Sequence[TrackPicture], scale: Scale,
                     tokens: Tokens) -> None:
    """Bodies and loudness of hundreds of tracks at once, a column of pixels each."""
    for lane in (0, 1):
        whole, wave = places.lane(lane), places.wave(lane)
        bodies, columns = list[QRectF](), dict[int, float]()
        for track in tracks:
            if track.lane != lane:
                continue
            left, right = scale.x(track.begin), scale.x(track.end)
            bodies.append(QRectF(left, whole.top(), max(1.0, right - left), whole.height()))
            high = loudness_share(track.wave, track.peak)
            for x in range(round(left), max(round(left) + 1, round(right))):
                columns[x] = max(columns.get(x, 0.0), high)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_body(tokens))
        painter.drawRects(bodies)
        painter.setPen(QPen(tokens.colour("music"), 1))
        half, middle = wave.height() / 2 * max(REACH), wave.center().y()
        painter.drawLines([QLineF(x + 0.5, middle - high * half, x + 0.5, middle + high * half)
                           for x, high in columns.items()])


def draw_track(painter: QPainter, places: Places, track: TrackPicture, scale: Scale, tokens: Tokens, *,
               tiles: WaveTiles, leaves: float) -> None:
    """A track's body, beats and waveform; ``leaves``: the second of the mix from which on it goes out."""
    lane = places.lane(track.lane)
    left, right = scale.x(track.begin), scale.x(track.end)
    body = QRectF(left, lane.top(), max(2.0, right - left), lane.height())
    seen = body.intersected(QRectF(-20, lane.top(), places.wide + 40, lane.height()))
    if seen.isEmpty():
        return
    ground = _body(tokens)
    if seen.width() < MANY_PX:  # round corners cost most of a picture of a hundred tracks
        painter.fillRect(seen, ground)
    else:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(seen, ROW_RADIUS, ROW_RADIUS)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    wave = places.wave(track.lane)
    if seen.width() >= LINED_PX:
        draw_lines(painter, wave, track, scale, tokens)
    tiles.draw(painter, wave.adjusted(0, 3, 0, -3), track, scale, leaves, tokens)
    if not track.wave:
        painter.setFont(font(SMALL))
        painter.setPen(tokens.colour("soft"))
        painter.drawText(seen.adjusted(12, places.head, -8, 0), Qt.AlignmentFlag.AlignVCenter,
                         track.problem or "No waveform of this track")


@lru_cache(maxsize=8)
def _body(tokens: Tokens) -> QColor:
    return mix(QColor(tokens.surface), QColor(tokens.raised), 0.9)


def draw_chosen_track(painter: QPainter, places: Places, track: TrackPicture, scale: Scale, tokens: Tokens) -> None:
    """The outline of the track in hand."""
    lane = places.lane(track.lane)
    left, right = max(scale.x(track.begin), -20.0), min(scale.x(track.end), places.wide + 20)
    if right <= left:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(tokens.colour("text"), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(left, lane.top(), right - left, lane.height()).adjusted(1, 1, -1, -1), ROW_RADIUS,
                            ROW_RADIUS)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def draw_head(painter: QPainter, places: Places, track: TrackPicture, scale: Scale, tokens: Tokens,  # noqa: PLR0917
              number: int) -> None:
    """Number, title, tempo and key at the left edge of what is seen of the track."""
    lane = places.lane(track.lane)
    left, right = max(scale.x(track.begin), 0.0) + 10, min(scale.x(track.end), places.wide) - 8
    room = right - left
    if room < 16:
        return
    if places.head == TALL_HEAD:
        _draw_tall_head(painter, QRectF(left, lane.top() + 3, room, TALL_HEAD - 6), track, tokens, number)
        return
    painter.setFont(font(BODY, QFont.Weight.DemiBold, numbers=True))
    measure = painter.fontMetrics()
    facts = f"{track.bpm:.1f}" if track.bpm else ""
    facts_wide = measure.horizontalAdvance(facts) + (10 if facts else 0)
    key_wide = measure.horizontalAdvance(track.key) + (8 if track.key else 0)
    fits = room >= facts_wide + key_wide + 40
    words = measure.elidedText(_name(track, number, room), Qt.TextElideMode.ElideRight,
                               int(room - (facts_wide + key_wide + 4 if fits else 0)))
    line = QRectF(left, lane.top(), room, HEAD)
    painter.setPen(tokens.colour("text"))
    painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, words)
    if fits:
        _draw_facts(painter, line.adjusted(measure.horizontalAdvance(words) + 12, 0, 0, 0), facts, track.key, tokens)


def _name(track: TrackPicture, number: int, room: float) -> str:
    return f"{number + 1}  {track.title}" if room > NUMBERED_PX else str(number + 1)


def _draw_tall_head(painter: QPainter, area: QRectF, track: TrackPicture, tokens: Tokens, number: int) -> None:
    """The name over tempo and key."""
    line = QRectF(area.left(), area.top(), area.width(), area.height() / 2)
    painter.setFont(font(BODY, QFont.Weight.DemiBold, numbers=True))
    words = painter.fontMetrics().elidedText(_name(track, number, area.width()), Qt.TextElideMode.ElideRight,
                                             int(area.width()))
    painter.setPen(tokens.colour("text"))
    painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, words)
    facts = f"{track.bpm:.1f}" if track.bpm else ""
    wide = painter.fontMetrics().horizontalAdvance(f"{facts}  {track.key}")
    if wide > area.width() and track.bpm:
        facts = f"{track.bpm:.0f}"
        wide = painter.fontMetrics().horizontalAdvance(f"{facts}  {track.key}")
    if wide <= area.width():
        _draw_facts(painter, line.translated(0, line.height()), facts, track.key, tokens)


def _draw_facts(painter: QPainter, area: QRectF, tempo: str, key: str, tokens: Tokens) -> None:
    painter.setFont(font(BODY, numbers=True))
    painter.setPen(tokens.colour("soft"))
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, tempo)
    if key:
        after = painter.fontMetrics().horizontalAdvance(tempo) + 10 if tempo else 0
        painter.setPen(key_colour(key, tokens))
        painter.drawText(area.adjusted(after, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, key)


def draw_lines(painter: QPainter, area: QRectF, track: TrackPicture, scale: Scale, tokens: Tokens) -> None:
    """Beats, bars and phrases, each as far as there is room for it."""
    for times, ink in ((track.beats, tokens.colour("soft", 0.22)), (track.bars, tokens.colour("soft", 0.42)),
                       (track.phrases, tokens.colour("text", 0.45))):
        if len(times) < 2 or scale.per_second * (times[-1] - times[0]) / (len(times) - 1) < NARROW_PX:
            continue
        painter.setPen(QPen(ink, 1))
        painter.drawLines([QLineF(x, area.top(), x, area.bottom())
                           for x in _places(times, track, scale, area.width())])


def _places(times: Times, track: TrackPicture, scale: Scale, wide: float) -> list[float]:
    first = bisect_left(times, scale.second(0) - track.begin)
    last = bisect_left(times, scale.second(wide) - track.begin)
    return [round(scale.x(track.begin + one)) + 0.5 for one in times[first:last]]


def draw_transitions(painter: QPainter, places: Places, transitions: Sequence[TransitionPicture], scale: Scale,
                     tokens: Tokens) -> None:
    """Every transition's frame over both lanes, with its automation curves where there is room.

    Narrow ones look alike from top to bottom: one row of pixels is drawn of all of them, and pulled down.
    """
    ratio = painter.device().devicePixelRatioF()
    row = QPixmap(max(1, round(places.wide * ratio)), 1)
    row.fill(Qt.GlobalColor.transparent)
    across = QPainter(row)
    across.scale(ratio, 1.0)
    ground, edge = tokens.colour("text", 0.05), tokens.colour("soft", 0.65)
    last = -1
    for number, one in enumerate(transitions):
        if one.end < scale.second(-SHORTEST_BOX) or one.start > scale.second(places.wide + SHORTEST_BOX):
            continue
        box = places.box(one, scale)
        if box.right() < -4 or box.left() > places.wide + 4:
            continue
        if box.width() > SHORTEST_BOX:
            _draw_wide(painter, places, one, scale, tokens, box=box, lanes=(number % 2, (number + 1) % 2))
            continue
        if round(box.left()) == last:  # another one stands there already
            continue
        last = round(box.left())
        across.fillRect(QRectF(box.left(), 0, box.width(), 1), ground)
        for x in (box.left(), box.right() - 1):
            across.fillRect(QRectF(round(x), 0, 1, 1), edge)
    across.end()
    top, bottom = places.lane(0).top(), places.lane(1).bottom()
    painter.drawPixmap(QRectF(0, top, places.wide, bottom - top), row, QRectF(row.rect()))


def _draw_wide(painter: QPainter, places: Places, transition: TransitionPicture, scale: Scale, tokens: Tokens, *,
               box: QRectF, lanes: Sequence[int]) -> None:
    """``lanes`` of the track that goes out and the one that comes in."""
    shows = box.width() > CURVES_PX  # waveforms stand back behind curves, or these could not be seen
    painter.fillRect(box, tokens.colour("surface", 0.55) if shows else tokens.colour("text", 0.05))
    if shows:
        for lane, curves, name in ((lanes[0], transition.out, "voice"), (lanes[1], transition.into, "music")):
            draw_curves(painter, places.wave(lane).adjusted(0, 4, 0, -4), curves, transition, scale, tokens, name)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(tokens.colour("soft", 0.65), 1))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def draw_held(painter: QPainter, places: Places, transition: TransitionPicture, scale: Scale, tokens: Tokens, *,
              chosen: bool) -> None:
    """The transition in hand (or under the pointer), over what ``draw_transitions`` drew of it."""
    box = places.box(transition, scale)
    if box.right() < -4 or box.left() > places.wide + 4:
        return
    painter.fillRect(box, tokens.colour("text", 0.08 if chosen else 0.04))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if chosen:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(tokens.colour("text"), 2))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    if box.width() > 24:  # what the edges can be taken by
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.colour("text"))
        for x in (box.left(), box.right()):
            painter.drawRoundedRect(QRectF(x - 2.5, box.center().y() - 16, 5, 32), 2.5, 2.5)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def draw_curves(painter: QPainter, area: QRectF, curves: Mapping[str, Sequence[tuple[float, float]]],  # noqa: PLR0917
                transition: TransitionPicture, scale: Scale, tokens: Tokens, name: str) -> None:
    """Gain as a line, the low band dashed, mid and high dotted, filter (its middle is neutral) dash-dotted."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    styles = (("gain", Qt.PenStyle.SolidLine, 2.0), ("low", Qt.PenStyle.DashLine, 1.6),
              ("mid", Qt.PenStyle.DotLine, 1.2), ("high", Qt.PenStyle.DotLine, 1.2),
              ("filter", Qt.PenStyle.DashDotLine, 1.6), ("echo", Qt.PenStyle.DashDotDotLine, 1.4))
    for curve, style, width in styles:
        points = curves.get(curve)
        if not points:
            continue
        inside = [second for second, _ in points if transition.start < second < transition.end]
        line = QPolygonF()
        for second in (transition.start, *inside, transition.end):
            value = value_at(tuple(points), second)
            share = value if curve != "filter" else 0.5 + value / 2
            line.append(QPointF(area.left() + scale.x(second), area.bottom() - share * area.height()))
        painter.setPen(QPen(tokens.colour("background", 0.8), width + 2))
        painter.drawPolyline(line)
        painter.setPen(QPen(tokens.colour(name), width, style))
        painter.drawPolyline(line)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def draw_drop(painter: QPainter, places: Places, x: float, tokens: Tokens) -> None:
    """Where a dragged track would go."""
    painter.fillRect(QRectF(x - 1.5, places.lane(0).top(), 3, places.lane(1).bottom() - places.lane(0).top()),
                     tokens.colour("music"))
