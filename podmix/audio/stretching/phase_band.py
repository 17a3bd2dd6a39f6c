# SPDX-License-Identifier: GPL-3.0-or-later
"""One band of the music stretcher: a phase vocoder whose phases are kept by rotating whole spectral peaks.

Method. Window ``k`` of the output stands at ``k * hop``; its sound is the source's window centred where the time map
says. Each spectral peak, with the bins around it, is turned by one angle, the same in both channels: the one by which
the source *one hop earlier* must be turned to continue what the window before played there. So every partial runs on
at its own frequency (no phase is ever unwrapped), the bins of a peak stay together (identity phase locking, Laroche
and Dolson, 1999), and the stereo image is the source's. Sound that was not there a hop ago has nothing to continue
and keeps the source's own phases.

Onsets (after Röbel, 2003, but by cutting time): every window that holds an onset is split there into the sound before
and the sound after, which are turned apart. Before it, the old angles go on; after it, the peaks in which the new
sound is the stronger begin with the source's phases. Since the windows also run at speed 1 around it, an attack comes
out as it went in: on its place, whole, with nothing of it heard earlier, while tones that sound on through it stay
unbroken.

Conventions: planar stereo ``(2, n)``; spectra ``(2, windows, bins)`` complex64. A band may be decimated: its samples
are then ``factor`` frames apart, while positions are always frames. Angles are kept as unit complex numbers.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from podmix.audio.stretching.anchors import Anchor, Course, centres, reach

Floats = NDArray[np.float32]
Spectra = NDArray[np.complex64]

_NEW_FACTOR = 4.0  # energy beyond so many times that of a hop ago is new
_MIXED, _NEW = 0.6, 0.9  # share of new sound from which, and at which, its own phases are taken
_SETTLE_FRAMES = 8192
_LEAST = np.float32(1e-12)  # energy by bin that passes for new anyhow, so that silence has angles too
_TINY = np.float32(1e-30)


@dataclass(frozen=True, slots=True)
class Layout:
    """``size`` samples a window, every sample in ``overlap`` of them; ``gain`` (real, by bin) shapes the band, of which
    only bins ``low..high`` are worked on. ``ramp_frames``: the cut at an onset, all of it before the onset.
    """

    size: int
    overlap: int
    factor: int
    low: int
    high: int
    gain: Floats
    ramp_frames: int

    @property
    def hop(self) -> int:
        return self.size // self.overlap

    @property
    def hop_frames(self) -> int:
        return self.hop * self.factor

    @property
    def size_frames(self) -> int:
        return self.size * self.factor


@dataclass(slots=True)
class _Onset:
    anchor: Anchor
    fresh: Floats | None = None  # by bin: how far the new sound's own phases are taken (0..1)


class PhaseBand:
    """Makes windows ``first_window``, ``first_window + 1``, … of one band, as many at once as it is told to.

    ``rest``: where a copy follows. The angles turn back to 0 over ``_SETTLE_FRAMES`` before it.
    """

    def __init__(self, layout: Layout, course: Course, first_window: int, first_sample: int, *,
                 rest: Anchor | None) -> None:
        self._layout = layout
        self._course = course
        self._rest = rest
        self.next_window = first_window
        turn = 2 * np.pi * (np.arange(layout.size) + 0.5) / layout.size
        self._window = (0.5 - 0.5 * np.cos(turn)).astype(np.float32)
        self._synthesis = self._window / np.square(self._window)[:: layout.hop].sum()
        self._gains = _shifted_gains(layout)
        slope = np.arange(-layout.size_frames, layout.size_frames + layout.ramp_frames, dtype=np.float32)
        self._after = _smooth_step(slope / np.float32(layout.ramp_frames))  # the ramp at an onset, 0 before, 1 after
        self._samples = np.zeros((2, 0), np.float32)
        self._first_sample = first_sample
        self._onsets: list[_Onset] = []
        self._passed = 0  # so many of them lie behind the last window's centre
        self._angles = np.ones(layout.high - layout.low, np.complex64)
        self._angles_before = self._angles  # those that ended at the onset passed last
        self._last: Spectra | None = None
        self._last_centre = 0
        self._overlap = np.zeros((2, layout.overlap - 1, layout.hop), np.float32)

    @property
    def next_frame(self) -> int:
        """The mix frame of the first sample that ``make`` gives next."""
        return self.next_window * self._layout.hop_frames - self._layout.size_frames // 2

    def push(self, samples: Floats) -> None:
        self._samples = np.concatenate([self._samples, samples], axis=1)

    def push_anchor(self, anchor: Anchor) -> None:
        if anchor.source // self._layout.factor - self._layout.size // 2 > self._first_sample:  # else long over
            self._onsets.append(_Onset(anchor))

    def ready(self, count: int, settled: int) -> bool:
        """Whether ``count`` more windows can be made, all onsets before source frame ``settled`` being known."""
        out = (self.next_window + count - 1) * self._layout.hop_frames
        far = reach(self._layout.size_frames)
        centre, after = self._course.source_at(np.array([out, out + far])).tolist()
        held = (self._first_sample + self._samples.shape[1] - 1) * self._layout.factor
        return bool(max(after, centre + far) < settled) and centre + 2 * self._layout.size_frames < held

    def make(self, count: int) -> Floats:
        """The next ``count`` hops of output, samples ``(2, count * hop)``."""
        hop = self._layout.hop_frames
        outs = (self.next_window + np.arange(count, dtype=np.int64)) * hop
        self._forget(int(outs[0]))
        anchors = [onset.anchor for onset in self._onsets]
        if self._rest is not None:
            insort(anchors, self._rest, key=attrgetter("out"))
        where = centres(outs, self._course, anchors, self._layout.size_frames, grid=self._layout.factor)
        both = self._spectra(np.concatenate([where, where - hop]))
        spectra, earlier = both[:, :count], both[:, count:]
        if self._last is None:
            self._last, self._last_centre = earlier[:, 0].copy(), int(where[0]) - hop
        self._turn(spectra, earlier, outs, where)
        self.next_window += count
        return self._laid(spectra)

    def _turn(self, spectra: Spectra, earlier: Spectra, outs: NDArray[np.int64], where: NDArray[np.int64]) -> None:
        """Give every window of ``spectra`` its angles, in place; ``earlier`` is the source one hop before each."""
        assert self._last is not None
        before = np.concatenate([self._last[:, None], spectra[:, :-1]], axis=1)
        steady = (where - np.concatenate([[self._last_centre], where[:-1]]) == self._layout.hop_frames).tolist()
        self._last, self._last_centre = spectra[:, -1].copy(), int(where[-1])
        energy = _energy(spectra)
        starts, lengths, rows = _peak_regions(energy)
        energy -= np.float32(_NEW_FACTOR) * np.concatenate([_energy(before[:, :1]), energy[:-1]])
        new = np.add.reduceat(np.maximum(energy, _LEAST, out=energy).ravel(), starts)
        starts -= np.repeat(starts[rows[:-1]], np.diff(rows))
        np.conjugate(earlier, out=earlier)
        before *= earlier  # how far each bin is turned from the source, weighted by its energy
        progress = before[0] + before[1]
        self._learn_onsets(int(where[-1]))
        touched = self._touched(outs, where)
        angles: list[Spectra] = []
        cuts: list[tuple[int, int, bool, Spectra]] = []
        for index, out in enumerate(outs.tolist()):
            if not steady[index]:
                first, last = rows[index], rows[index + 1]
                wanted = progress[index]
                wanted *= self._angles
                sums = np.add.reduceat(wanted, starts[first: last])
                sums.real += new[first: last]
                sums /= np.abs(sums)
                self._angles = np.repeat(sums, lengths[first: last])
            if self._rest is not None and out > self._rest.out - _SETTLE_FRAMES:
                hops_left = max(0, (self._rest.out - out) // self._layout.hop_frames - 1)
                self._angles = _eased(self._angles, hops_left / (hops_left + 1))
            if touched[index]:
                self._pass_onsets(out)
                cuts.extend((index, *cut) for cut in self._cuts(int(where[index])))
            angles.append(self._angles)
        turns = np.stack(angles)
        if not np.isfinite(turns[-1].real.sum()):  # cannot be, but would stay for ever
            self._angles = np.ones_like(self._angles)
        rests = self._cut_spectra(where[[cut[0] for cut in cuts]], [cut[1:3] for cut in cuts]) if cuts else None
        spectra *= turns
        for number, (index, _, _, others) in enumerate(cuts):
            assert rests is not None
            spectra[:, index] += rests[:, number] * (others - turns[index])

    def _touched(self, outs: NDArray[np.int64], where: NDArray[np.int64]) -> list[bool]:
        """Which windows hold an onset or are the first after one."""
        half, ramp = self._layout.size_frames // 2, self._layout.ramp_frames
        sources = np.array([onset.anchor.source for onset in self._onsets])
        passed = np.searchsorted(np.array([onset.anchor.out for onset in self._onsets]), outs, side="right")
        held = np.searchsorted(sources - ramp, where + half) - np.searchsorted(sources, where - half, side="right")
        return list((held > 0) | (np.diff(passed, prepend=self._passed) != 0))

    def _pass_onsets(self, out: int) -> None:
        while self._passed < len(self._onsets) and self._onsets[self._passed].anchor.out <= out:
            onset = self._onsets[self._passed]
            self._angles_before = self._angles
            self._angles = self._begun(onset)
            self._passed += 1

    def _begun(self, onset: _Onset) -> Spectra:
        """The angles of the sound after ``onset``, by those of the sound before it."""
        assert onset.fresh is not None
        return _unit(self._angles + (1 - self._angles) * onset.fresh)

    def _learn_onsets(self, centre: int) -> None:
        """Measure by bin, for all onsets that windows up to ``centre`` hold, how far the sound after them is new."""
        until = centre + self._layout.size_frames
        unknown = [onset for onset in self._onsets if onset.fresh is None and onset.anchor.source < until]
        if not unknown:
            return
        sources = [onset.anchor.source for onset in unknown]
        sides = self._cut_spectra(np.array(sources * 2), [(source, side) for side in (True, False)
                                                          for source in sources])
        power = np.pad(_energy(sides), ((0, 0), (2, 2)))
        power = power[:, 2:-2] + power[:, 1:-3] + power[:, 3:-1] + power[:, :-4] + power[:, 4:]
        share = np.float32(1) - power[len(unknown):] / (power[: len(unknown)] + _TINY)
        for onset, fresh in zip(unknown, _smooth_step((share - _MIXED) / (_NEW - _MIXED)), strict=True):
            onset.fresh = fresh

    def _cuts(self, centre: int) -> list[tuple[int, bool, Spectra]]:
        """What in the window is not the sound that its own angles belong to: the onset, which side, and the angles."""
        half = self._layout.size_frames // 2
        found: list[tuple[int, bool, Spectra]] = []
        if self._passed and self._onsets[self._passed - 1].anchor.source > centre - half:
            found.append((self._onsets[self._passed - 1].anchor.source, False, self._angles_before))
        if self._passed < len(self._onsets):
            onset = self._onsets[self._passed]
            if onset.anchor.source - self._layout.ramp_frames < centre + half:
                found.append((onset.anchor.source, True, self._begun(onset)))
        return found

    def _spectra(self, where: NDArray[np.int64]) -> Spectra:
        """The bins of the windows centred on frames ``where``, the band's gain applied."""
        windows, shifts = self._windows(where)
        spectra = np.fft.rfft(windows)[..., self._layout.low: self._layout.high]
        return np.asarray(spectra * self._gains[shifts])

    def _cut_spectra(self, where: NDArray[np.int64], cuts: list[tuple[int, bool]]) -> Spectra:
        """As ``_spectra``, of what lies after (True) or before (False) an onset's source frame."""
        layout = self._layout
        windows, shifts = self._windows(where)
        first = where - shifts + layout.factor // 2 - layout.size_frames // 2
        # Where in ``_after`` each window lies; beyond its ends nothing changes any more.
        begin = first - np.array([cut[0] for cut in cuts]) + layout.ramp_frames + layout.size_frames
        begin = np.clip(begin, 0, self._after.shape[0] - layout.size_frames)
        after = self._after[begin[:, None] + np.arange(0, layout.size_frames, layout.factor)]
        windows *= np.where(np.array([cut[1] for cut in cuts])[:, None], after, 1 - after)
        spectra = np.fft.rfft(windows)[..., layout.low: layout.high]
        return np.asarray(spectra * self._gains[shifts])

    def _windows(self, where: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
        """The windowed samples about frames ``where`` and, as a row of ``_gains``, what those are off a sample."""
        layout = self._layout
        middle = (where + layout.factor // 2) // layout.factor
        windows = _views(self._samples, layout.size)[:, middle - layout.size // 2 - self._first_sample]
        windows *= self._window
        return windows, where - middle * layout.factor + layout.factor // 2

    def _laid(self, spectra: Spectra) -> Floats:
        layout = self._layout
        hop, overlap, count = layout.hop, layout.overlap, spectra.shape[1]
        whole = np.zeros((2, count, layout.size // 2 + 1), np.complex64)
        whole[..., layout.low: layout.high] = spectra
        pieces = np.fft.irfft(whole, layout.size)
        pieces *= self._synthesis
        pieces = pieces.reshape(2, count, overlap, hop)
        out = np.zeros((2, count + overlap - 1, hop), np.float32)
        out[:, : overlap - 1] = self._overlap
        for piece in range(overlap):
            out[:, piece: piece + count] += pieces[:, :, piece]
        self._overlap = out[:, count:].copy()
        return out[:, :count].reshape(2, -1)

    def _forget(self, out: int) -> None:
        """Let go of samples and onsets that no later window can reach."""
        layout = self._layout
        far = out - 2 * reach(layout.size_frames)
        while self._passed > 1 and self._onsets[1].anchor.out < far:
            del self._onsets[0]
            self._passed -= 1
        spare = self._last_centre // layout.factor - 2 * layout.size - self._first_sample
        if self._last is not None and spare > 4 * layout.size:
            self._samples = self._samples[:, spare:].copy()
            self._first_sample += spare


def _shifted_gains(layout: Layout) -> Floats | Spectra:
    """The gain for a position that lies so many frames (less half the factor) beyond a decimated sample."""
    gain = layout.gain[layout.low: layout.high]
    if layout.factor == 1:
        return gain[None].astype(np.float32)
    shifts = (np.arange(layout.factor) - layout.factor // 2) / layout.factor
    turn = 2j * np.pi * np.arange(layout.low, layout.high) / layout.size
    return np.asarray(gain * np.exp(turn * shifts[:, None]), dtype=np.complex64)


def _energy(spectra: Spectra) -> Floats:
    """Of both channels together; the first axis goes."""
    power = np.square(spectra.real)
    power += np.square(spectra.imag)
    return np.asarray(power[0] + power[1])


def _peak_regions(energy: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64], list[int]]:
    """Each peak's bins: from half way to the peak below to half way to the peak above.

    Returns the first bin (of ``energy`` laid flat) and the number of bins of every region, all rows in one list, and
    each row's place in it.
    """
    peaks = np.zeros(energy.shape, np.bool_)
    middle, inner = energy[:, 2:-2], peaks[:, 2:-2]
    np.greater(middle, energy[:, 1:-3], out=inner)
    inner &= middle >= energy[:, 3:-1]
    inner &= middle > energy[:, :-4]
    inner &= middle >= energy[:, 4:]
    peaks[~peaks.any(axis=1), 0] = True  # no peak at all: one region
    at = np.flatnonzero(peaks)
    bounds = np.arange(energy.shape[0] + 1) * energy.shape[1]
    rows = np.searchsorted(at, bounds)
    starts = np.empty_like(at)
    starts[1:] = (at[1:] + at[:-1] + 1) // 2
    starts[rows[:-1]] = bounds[:-1]  # the row's lowest peak takes all below it, the row's highest all above
    return starts, np.diff(starts, append=energy.size), rows.tolist()


def _unit(values: Spectra) -> Spectra:
    """Of magnitude 1; where there is nothing, 1."""
    size = np.abs(values)
    if size.min() > _TINY:
        return np.asarray(values / size)
    sound = size > _TINY
    return np.asarray(np.where(sound, values / np.where(sound, size, 1), np.complex64(1)))


def _eased(angles: Spectra, part: float) -> Spectra:
    return np.asarray(np.exp(1j * np.float32(part) * np.angle(angles)), dtype=np.complex64)


def _smooth_step(x: NDArray[np.floating]) -> Floats:
    inside = np.minimum(np.maximum(x, 0), 1)
    return np.asarray(inside * inside * (3 - 2 * inside), dtype=np.float32)


def _views(samples: Floats, size: int) -> Floats:
    """All windows of ``size``, as views ``(2, places, size)`` (what ``sliding_window_view`` does, without its time)."""
    channel, sample = samples.strides
    shape = samples.shape[0], samples.shape[1] - size + 1, size
    return np.ndarray(shape, samples.dtype, samples, strides=(channel, sample, sample))
