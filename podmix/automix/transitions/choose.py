# SPDX-License-Identifier: GPL-3.0-or-later
"""Which kind of transition leads from one track to the next, where, and why.

The order of what is asked: do they belong together as they are (join)? Can beats be laid over beats (blend, bass swap,
filter fade, loop)? Are there sure bar lines to stop on (cut, echo-out)? If nothing holds: a plain crossfade, which
always works. Every answer leaves a plain sentence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from podmix.automix.facts import SURE_BARS, TrackFacts
from podmix.automix.options import MixOptions
from podmix.automix.pairs import key_distance
from podmix.automix.plan import MATCHED_KINDS, PlannedTransition
from podmix.automix.tempo import PREFERRED, Meeting, meet
from podmix.automix.transitions.blend import bass_swap, blend
from podmix.automix.transitions.crossfade import crossfade
from podmix.automix.transitions.filter_fade import filter_fade
from podmix.automix.transitions.hard import cut, echo_out
from podmix.automix.transitions.join import join, runs_on, same_record
from podmix.automix.transitions.loop import loop_and_leave
from podmix.automix.transitions.matched import Overlap, overlap_at
from podmix.automix.transitions.places import FULL_SONG_SLACK_S, IN_SHARE, Place, best_places, own_cue
from podmix.automix.weights import MixWeights

LENGTHS = (8, 16, 32, 4)
CLASH, IN_TUNE = 0.7, 0.1
SURE_KEY = 0.5
LONG_OVERLAP_S, LONGEST_OVERLAP_S = 34.0, 66.0
BASS_SHARE = 0.35
"""Of a track's usual bass: with less than that in the overlap there is nothing to swap."""
STRONG_ENERGY = 6.0
HEARD_DB = 1.5
"""From here on it is heard that an overlap is softer (or louder) than the louder of its tracks."""
BETTER_DB = 0.5
CUE_NEAR_S = 1.25
"""A transition on the bar line next to a cue follows it."""
Reasons = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Two neighbours and what is asked of what leads from one to the other."""

    before: TrackFacts
    after: TrackFacts
    options: MixOptions
    weights: MixWeights
    kind: str | None = None
    bars: int | None = None

    @property
    def most_cut(self) -> float:
        return self.options.cut_share




def plan_transition(before: TrackFacts, after: TrackFacts, options: MixOptions, weights: MixWeights, *,
                    kind: str | None = None, bars: int | None = None, keep_records: bool = True) -> PlannedTransition:
    """The transition from ``before`` to ``after``; always one.

    Args:
        before: the track that ends.
        after: the track that begins.
        options: what the person asks for.
        weights: what counts how much.
        kind: what a person chose; if it cannot be made, the next best is, and the reasons say so.
        bars: a length that a person chose.
        keep_records: neighbours of one record stay as they are.
    """
    asked = _Asked(before, after, options, weights, kind, bars)
    if kind is not None:
        made = _of_kind(asked)
        if made is not None:
            return _told(asked, made)
        free = plan_transition(before, after, options, weights, bars=bars, keep_records=keep_records)
        return replace(free, reasons=(f"A transition of the kind “{kind}” is not possible here.", *free.reasons))
    if (why := _belongs_together(before, after, keep_records=keep_records)) is not None:
        return join(before, after, reasons=(why,))
    meeting, doubt = _meeting(asked)
    if meeting is not None:
        made = _matched(asked, meeting)
        if made is not None:
            return _told(asked, made)
        doubt = ("There is no room to lay beats over beats without leaving out too much or laying voice over voice.",)
    return _told(asked, _unmatched(asked, doubt))


def _told(asked: _Asked, made: PlannedTransition) -> PlannedTransition:
    """With what became of the DJ's own cue points added to the reasons."""
    told = []
    for facts, cue, at, way in ((asked.before, asked.before.cues.go_out, made.out_time, "left"),
                                (asked.after, asked.after.cues.come_in, made.in_time, "begun")):
        if cue is None or not facts.cues.own or made.kind == "join":
            continue
        if abs(at - cue) <= CUE_NEAR_S:
            told.append(f"“{facts.name}” is {way} at your cue point.")
        else:
            told.append(f"Your cue point in “{facts.name}” leaves no room for this, so it is {way} elsewhere.")
    return replace(made, reasons=(*made.reasons, *told))


def _belongs_together(before: TrackFacts, after: TrackFacts, *, keep_records: bool) -> str | None:
    if runs_on(before, after):
        return "Both tracks run into each other on their album and stay as they are."
    if before.is_plain_kind or after.is_plain_kind:
        return "Classical music and live recordings are joined plainly, nothing is laid over them."
    if keep_records and same_record(before, after):
        return "These follow each other on their album and stay as they are."
    return None


def _meeting(asked: _Asked) -> tuple[Meeting | None, Reasons]:
    """How the tempi meet; None with the reason why they do not."""
    before, after = asked.before, asked.after
    for track in (before, after):
        if track.problem:
            return None, (track.problem,)
        if track.tempo is None:
            return None, (f"“{track.name}” has no steady beat that is sure enough.",)
    assert before.tempo is not None
    assert after.tempo is not None
    meeting = meet(before.tempo, after.tempo, limit=asked.options.limit)
    if meeting is None:
        return None, (f"{before.tempo:.0f} and {after.tempo:.0f} bpm lie too far apart to lay beats over beats.",)
    for track in (before, after):
        if not track.bars_sure:
            sure = track.beats.downbeat_confidence if track.beats is not None else 0.0
            return None, (f"The bars of “{track.name}” are not sure enough: {sure:.0%} of {SURE_BARS:.0%}.",)
    if before.grid.beats_per_bar != after.grid.beats_per_bar:
        counts = f"{before.grid.beats_per_bar} and of {after.grid.beats_per_bar}"
        return None, (f"Bars of {counts} beats do not run together.",)
    return meeting, ()


# -- beats on beats --


def _matched(asked: _Asked, meeting: Meeting) -> PlannedTransition | None:
    before, after = asked.before, asked.after
    wanted = asked.bars or wanted_bars(before, after)
    found: list[Place] = []
    for length in (asked.bars,) if asked.bars else LENGTHS:
        found += [place for place in best_places(
            before, after, bars=length, octave=meeting.octave, wanted=wanted, most_cut=asked.most_cut,
            weights=asked.weights.place, sung_over=asked.kind is not None)
            if before.table.lines[place.out_bar + place.out_bars] - before.table.lines[place.out_bar]
            <= LONGEST_OVERLAP_S]
    best: tuple[float, Place, str, Overlap] | None = None
    for place in sorted(found, key=lambda one: one.cost):
        if best is not None and place.cost >= best[0]:
            break
        kind = _kind_at(asked, place)
        overlap = overlap_at(before, after, place, meeting, whole=asked.options.full_songs, slow_lows=kind == "blend",
                             early_lows=kind == "filter")  # by then a filter has taken the old track's lows
        if overlap is None:
            continue
        if kind == "blend" and asked.kind is None and overlap.balance.off_db > HEARD_DB:
            swapped = overlap_at(before, after, place, meeting, whole=asked.options.full_songs)
            if swapped is not None and swapped.balance.off_db < overlap.balance.off_db - BETTER_DB:
                kind, overlap = "bass-swap", swapped
        cost = place.cost + asked.weights.place.unbalanced * max(0.0, overlap.balance.off_db - HEARD_DB)
        if best is None or cost < best[0]:
            best = cost, place, kind, overlap
    if best is not None:
        return _shaped(asked, meeting, *best[1:])
    return _looped(asked, meeting, asked.bars or min(wanted, 8)) if not found and asked.kind is None else None


def wanted_bars(before: TrackFacts, after: TrackFacts) -> int:
    """16 bars where both tracks are long enough for it and their keys agree, else 8; 32 for long, fast ones."""
    assert before.tempo is not None
    bar_s = before.grid.beats_per_bar * 60.0 / before.tempo
    shortest = min(before.duration, after.duration)
    if clash_of(before, after) >= CLASH or 16 * bar_s > min(LONG_OVERLAP_S, 0.25 * shortest):
        return 8
    return 32 if 32 * bar_s <= min(LONGEST_OVERLAP_S, 0.15 * shortest) else 16


def clash_of(before: TrackFacts, after: TrackFacts) -> float:
    """How badly the keys go together, 0..1; 0 where either is not sure."""
    ours, theirs = before.key, after.key
    if ours is None or theirs is None or not ours.camelot or not theirs.camelot:
        return 0.0
    return key_distance(ours.camelot, theirs.camelot) if min(ours.confidence, theirs.confidence) >= SURE_KEY else 0.0


def _both_bass(asked: _Asked, place: Place) -> bool:
    return (_has_bass(asked.before, place.out_bar, place.out_bars)
            and _has_bass(asked.after, place.in_bar, place.in_bars))


def _kind_at(asked: _Asked, place: Place) -> str:
    """What suits the tracks at a place: swapped lows where both have some, a filter where keys clash."""
    weights, both_bass = asked.weights, _both_bass(asked, place)
    clashes = clash_of(asked.before, asked.after) >= CLASH
    scores = {
        "bass-swap": (1.0 if both_bass else 0.3) + weights.liking("bass-swap"),
        "blend": (0.5 if both_bass else 0.9) + weights.liking("blend"),
        "filter": (1.2 if clashes else 0.2) + weights.liking("filter"),
    }
    return asked.kind if asked.kind in scores else max(scores, key=lambda name: scores[name])


def _shaped(asked: _Asked, meeting: Meeting, place: Place, chosen: str, overlap: Overlap) -> PlannedTransition:
    before, after = asked.before, asked.after
    both_bass, clashes = _both_bass(asked, place), clash_of(before, after) >= CLASH
    reasons = _place_reasons(asked, meeting, place, overlap)
    if chosen == "filter":
        why = "The filter thins the old track out while the new one comes up."
        if clashes and before.key is not None and after.key is not None:
            keys = f"{before.key.camelot} and {after.key.camelot}"
            why = f"Keys {keys} clash, so the filter thins the old track out early."
        return filter_fade(overlap, (*reasons, why))
    if chosen == "bass-swap":
        swap = overlap.balance.low * overlap.bars
        line = "first line" if swap == 0 else "last line" if swap == overlap.bars else f"line after {swap:g} bars"
        why = f"The bass changes over on the {line}: two basses never sound in full."
        return bass_swap(overlap, (*reasons, why))
    why = "Lows pass over gently in the middle." if both_bass else \
        "One of the two has little bass here, so lows pass over gently."
    return blend(overlap, (*reasons, why))


def _place_reasons(asked: _Asked, meeting: Meeting, place: Place, overlap: Overlap) -> Reasons:
    before, after = asked.before, asked.after
    assert before.tempo is not None
    assert after.tempo is not None
    most = max(abs(overlap.stretch_from - 1), abs(overlap.stretch_to - 1))
    counted = {2.0: ", counted in half time", 0.5: ", counted in double time"}.get(meeting.octave, "")
    tempi = f"{before.tempo:.0f} and {after.tempo:.0f} bpm{counted} meet with {most:.1%} of stretch"
    reasons = [f"Beats on beats for {overlap.bars} bars: {tempi}{'' if most <= PREFERRED else ' (more than usual)'}."]
    if place.on_phrases:
        reasons.append("Both tracks are at the beginning of a phrase.")
    if place.sung_over:
        reasons.append("Both tracks may be sung here; no better place was free.")
    ours, theirs = before.key, after.key
    if ours and theirs and ours.camelot and theirs.camelot and min(ours.confidence, theirs.confidence) >= SURE_KEY and (
            clash_of(before, after) <= IN_TUNE):
        reasons.append(f"Keys {ours.camelot} and {theirs.camelot} go together.")
    return tuple(reasons)


def _has_bass(facts: TrackFacts, bar: int, bars: int) -> bool:
    usual = float(sorted(facts.table.low)[len(facts.table) * 3 // 4])
    return float(facts.table.low[bar: bar + bars].mean()) > BASS_SHARE * max(usual, 1e-12)


def _looped(asked: _Asked, meeting: Meeting, bars: int) -> PlannedTransition | None:
    """The end of ``before`` goes round under the first phrase of ``after``."""
    before, table = asked.before, asked.after.table
    room = max(IN_SHARE * asked.most_cut * asked.after.duration, FULL_SONG_SLACK_S)
    first = next((place for place in range(len(table))
                  if table.phrase[place] == 0 and table.lines[place] - table.first <= room), None)
    if first is None:
        return None
    why = (f"“{before.name}” ends without an outro, so its last bars go round for {bars} bars.",
           "The new track comes in over them, beats on beats.")
    return loop_and_leave(before, asked.after, meeting, bars=bars, in_bar=first, most_cut=asked.most_cut, reasons=why)


# -- the rest --


def _unmatched(asked: _Asked, doubt: Reasons) -> PlannedTransition:
    before, after, weights = asked.before, asked.after, asked.weights
    if asked.most_cut > 0 and before.bars_sure and after.bars_sure and not (before.problem or after.problem):
        strong = min(before.level, after.level) >= STRONG_ENERGY
        scores = {"echo-out": (0.5 if strong else 0.8) + weights.liking("echo-out"),
                  "cut": (0.9 if strong else 0.3) + weights.liking("cut"),
                  "crossfade": 0.4 + weights.liking("crossfade")}
        chosen = max(scores, key=lambda name: scores[name])
        if chosen == "cut":
            return cut(before, after, most_cut=asked.most_cut, reasons=(
                *doubt, "Both drive, so the new one begins on the one where the old one's phrase ends."))
        if chosen == "echo-out":
            return echo_out(before, after, most_cut=asked.most_cut, reasons=(
                *doubt, "The last beat rings out in an echo and the new track begins on its one."))
    return _plain(asked, (*doubt, "A plain crossfade, with silence trimmed."))


def _plain(asked: _Asked, reasons: Reasons) -> PlannedTransition:
    """A crossfade, at a DJ's own cues where there are some."""
    return crossfade(asked.before, asked.after, reasons=reasons,
                     out_at=own_cue(asked.before, asked.most_cut, leaves=True),
                     in_at=own_cue(asked.after, asked.most_cut, leaves=False))


def _of_kind(asked: _Asked) -> PlannedTransition | None:
    """What a person chose, None where it cannot be made."""
    before, after = asked.before, asked.after
    why = ("Chosen by hand.",)
    if asked.kind == "join":
        return join(before, after, reasons=why)
    if asked.kind == "crossfade":
        return _plain(asked, why)
    if asked.kind in ("cut", "echo-out"):
        if not (before.bars_sure and after.bars_sure):
            return None
        make = cut if asked.kind == "cut" else echo_out
        return make(before, after, most_cut=asked.most_cut, reasons=why)
    meeting, _ = _meeting(asked) if asked.kind in MATCHED_KINDS else (None, ())
    if meeting is None:
        return None
    made = _looped(asked, meeting, asked.bars or 8) if asked.kind == "loop" else _matched(asked, meeting)
    return None if made is None else replace(made, reasons=(*why, *made.reasons))
