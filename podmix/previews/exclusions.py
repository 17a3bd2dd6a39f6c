# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts that must not become a preview: sponsor reads, openings, goodbyes, housekeeping, music.

Each unit gets cues from a lexicon; cues close to each other mark the stretch between them, because a sponsor read
is recognised by its first and last lines while its middle sounds like any other talk. English cues, plus a few
signs (music notes, "[music]") that every language uses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from podmix.previews.features_text import plain, span_sums
from podmix.previews.timeline import Timeline
from podmix.previews.types import Candidates, Doubles

SPONSOR = re.compile(
    r"\b(?:brought to you by|sponsored by|(?:our|today's|this (?:week's|episode's)|the show's) sponsors?|"
    r"for sponsoring|promo code|(?:coupon|offer) code|(?:use|enter) (?:the )?code \w+ (?:at|for|to|when|and)\b|"
    r"discount code|at checkout|free trial|\d+ ?(?:%|percent) off|percent off your|money[- ]back guarantee|"
    r"risk[- ]free|free shipping|limited[- ]time|terms (?:and conditions )?apply|dot com,? (?:slash|forward slash)|"
    r"\w+\.(?:com|org|io|co|fm|net|app)/\w+|(?:go|head|head over|visit|check (?:it|them) out|sign up|learn more|"
    r"get started|"
    r"try it|start) (?:today |now )?(?:to|at|on|over to) (?:www\.)?\w+(?:\.| dot )(?:com|org|io|co|fm|net|app)|"
    r"(?:try|visit|check out|go to|head to) (?:www\.)?\w+(?:\.| dot )(?:com|org|io|co|fm|net|app)|"
    r"(?:thanks|thank you) to our (?:partners?|friends|sponsors?)|our partners? at|"
    r"a (?:quick )?(?:word|message) from|support for (?:this|the|our) \w+ (?:comes|is)|this (?:message|podcast|"
    r"show) comes from|"
    r"we'll be (?:right )?back|be right back|after (?:the|this|a) (?:short |quick )?break|(?:quick|short) break|"
    r"back to the (?:show|episode|interview)|"
    r"(?:right|back) after this|stay with us|advertis(?:ement|er|ing) (?:break|with us)|sign up (?:today|now)|"
    r"download the app|first month free|per month with|exclusive (?:offer|deal)|special offer|our friends (?:at|"
    r"over at)|"
    r"available wherever (?:books|you)|on sale now|get your tickets|tickets (?:are )?on sale)"
    r"|\*\*break\*\*|\[(?:ad|ads|ad break|advertisement|sponsor)[^\]]*\]"
)
HOUSEKEEPING = re.compile(
    r"\b(?:subscrib(?:e|ing|ers?)\b|leave (?:us )?a (?:review|rating|comment)|rate and review|(?:five|5)[- ]stars?|"
    r"(?:apple|google) podcasts?|on spotify|on itunes|wherever you (?:get|listen|find)|podcast app|newsletter|patreon|"
    r"show ?notes|follow (?:us|me|him|her|them) (?:on|at)|on (?:twitter|instagram|facebook|tiktok|youtube|linkedin)|"
    r"join (?:our|the) (?:slack|discord|community|mailing list)|(?:e-?mail|write to|text|call) us|send us|our website|"
    r"hit the (?:bell|like|subscribe)|tell (?:a|your) friends?|share (?:this|the) (?:episode|show|podcast)|"
    r"support (?:the|this|our) (?:show|podcast)|become a (?:member|patron|supporter)|link in the (?:description|bio)|"
    r"sponsors?\b|previous episodes?|last (?:week's )?episode|next (?:week's )?episode|transcripts? (?:of|is|are)|"
    r"at gmail)"
)
OPENING = re.compile(
    r"\b(?:welcome (?:to|back)|i'm your host|(?:my|our) (?:guest|guests) (?:today|this|is|on)|"
    r"today(?:'s)? (?:on the|guest|episode|show)|"
    r"on today's|in (?:this|today's) episode|this is the \w+ (?:podcast|show)|joining (?:me|us) (?:today|now|is|"
    r"this)|joined (?:today )?by|"
    r"(?:thanks|thank you)(?: so much| very much)? for (?:having me|having us|joining|coming|being (?:here|on|with))|"
    r"glad to (?:be here|have you)|great to (?:be here|have you|see you)|pleasure to (?:be here|have you)|"
    r"good to be here|"
    r"hello,? (?:and|everyone|everybody|listeners)|hey,? everybody|you're listening to|from \w+,? (?:this is|i'm)|"
    r"hi,? i'm|"
    r"introduce yourself|happy to be here|excited to (?:have you|be here)|welcome,? )"
)
CLOSING = re.compile(
    r"\b(?:(?:thanks|thank you)(?: so much| very much| again| all)*,? (?:for (?:listening|tuning|watching|having|"
    r"joining|coming|being|your time|"
    r"doing|talking|sharing|taking))|see you (?:next|soon|later|in the next|all)|until next (?:time|week)|"
    r"that's (?:it|all) for|"
    r"that's (?:our|the) show|(?:is|was) (?:produced|edited|mixed|engineered|hosted|written) by|produced by|"
    r"edited by|music (?:is )?by|"
    r"executive producers?|our (?:producer|theme|team|engineer)|theme music|original music|sound design|"
    r"where (?:can|do|should) (?:people|folks|listeners|our listeners|we|they) (?:find|follow|learn|go|reach)|"
    r"find (?:you|me|us) (?:on|online|at)|it's been (?:a|an|so) \w+|(?:good)?bye\b|take care|catch you next|"
    r"tune in|signing off|"
    r"talk to you (?:soon|next)|next time\b|great (?:talking|chatting|speaking) (?:to|with))"
)
BRAND = re.compile(
    r"(?:[Ss]ponsored by|[Bb]rought to you by|[Ss]upported by|[Pp]artners? at|[Ff]riends at|"
    r"[Ss]upport (?:for .{3,30} )?comes from|[Tt]hanks to|[Tt]hank you to|[Ww]ord from|[Mm]essage from) "
    r"(?:our (?:partners?|friends|sponsors?),? (?:at )?)?((?:[A-Z][\w-]+ ?){1,3})"
)
MUSIC = re.compile(r"[♪♫🎵🎶]|[\[(](?:[^\])]*\b)?(?:music|song|singing|jingle|theme|applause|silence)\b[^\])]*[\])]")

STRONG, WEAK = 1.0, 0.45
BRAND_S = 60.0
"""How long after a sponsor was named its name still means its read."""
JOIN_S = 35.0
"""Cues closer than this belong to one read."""
ENOUGH = 1.3
"""Cues of one read must weigh this much together."""
MILD = 0.6
"""How surely a stretch is marked that holds weak cues only."""
SURE = 0.85
"""From here on a unit surely belongs to a sponsor read."""
EDGE_S = 240.0
"""Openings and goodbyes live within this much of either end (or a twelfth of the episode, if that is less)."""


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Per unit ``(units,)``: 0..1, how surely it is a sponsor read or housekeeping, and an opening or goodbye."""

    sponsor: Doubles
    ends: Doubles

    @property
    def any(self) -> Doubles:
        return np.maximum(self.sponsor, self.ends)


def find_exclusions(timeline: Timeline) -> Exclusions:
    """Marks the stretches that must not become a preview."""
    reach = min(EDGE_S, timeline.duration / 12)
    sponsor, opening, closing = (np.zeros(len(timeline)) for _ in range(3))
    for unit, text in enumerate(timeline.texts):
        lowered = plain(text)
        if MUSIC.search(lowered):
            sponsor[unit] = 1.0 if len(text.split()) < 8 or "♪" in text else 0.0
        if not timeline.english:
            continue
        near_start = timeline.start[unit] < reach
        near_end = timeline.end[unit] > timeline.duration - reach
        sponsor[unit] += STRONG * len(SPONSOR.findall(lowered)) + WEAK * bool(HOUSEKEEPING.search(lowered))
        opening[unit] = (STRONG if near_start else 0.3) * len(OPENING.findall(lowered))
        closing[unit] = (STRONG if near_end else 0.3) * len(CLOSING.findall(lowered))
    sponsor += _named_again(timeline) if timeline.english else 0.0
    ends = _mark_stretches(timeline, opening + closing)
    return Exclusions(sponsor=_mark_stretches(timeline, sponsor), ends=_to_the_edges(timeline, ends, reach))


def _named_again(timeline: Timeline) -> Doubles:
    """A strong cue where a name just thanked or credited comes again at once: reads say their sponsor's name often."""
    cues = np.zeros(len(timeline))
    names: list[tuple[str, float]] = []
    for unit, text in enumerate(timeline.texts):
        names = [(name, end) for name, end in names if timeline.start[unit] <= end]
        if any(re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE) for name, _ in names):
            cues[unit] = STRONG
        names += [(found[1].strip(), float(timeline.end[unit]) + BRAND_S) for found in BRAND.finditer(text)]
    return cues


def _mark_stretches(timeline: Timeline, cues: Doubles) -> Doubles:
    """Cues that lie close together mark everything between them: ``(units,)`` -> 0..1."""
    marked = np.minimum(1.0, cues)
    rows = np.flatnonzero(cues > 0)
    if not len(rows):
        return marked
    breaks = np.flatnonzero(timeline.start[rows[1:]] - timeline.end[rows[:-1]] > JOIN_S) + 1
    for group in np.split(rows, breaks):
        weight = float(cues[group].sum())
        if weight >= ENOUGH:
            low, high = int(group[0]), int(group[-1])
            level = min(1.0, weight / 1.5) if cues[group].max() >= STRONG else MILD
            marked[low : high + 1] = np.maximum(marked[low : high + 1], level)
    return marked


def _to_the_edges(timeline: Timeline, marked: Doubles, reach: float) -> Doubles:
    """What comes before an opening line at the very start, or after a goodbye at the very end, belongs to it."""
    filled = marked.copy()
    early = np.flatnonzero((marked >= 0.6) & (timeline.start < reach / 3))
    late = np.flatnonzero((marked >= 0.6) & (timeline.end > timeline.duration - reach / 2))
    if len(early) and timeline.start[early[0]] < 30:
        filled[: early[0]] = np.maximum(filled[: early[0]], 0.7)
    if len(late):
        filled[late[0] :] = np.maximum(filled[late[0] :], 0.7)
    return filled


def span_share(timeline: Timeline, values: Doubles, spans: Candidates) -> Doubles:
    """Share of a span's speech, by time, that carries ``(units,)`` values: ``(spans,)``."""
    seconds = np.maximum(0.05, timeline.end - timeline.start)
    table = np.stack([values * seconds, seconds], axis=1)
    sums = span_sums(table, spans)
    return np.asarray(sums[:, 0] / np.maximum(0.05, sums[:, 1]))
