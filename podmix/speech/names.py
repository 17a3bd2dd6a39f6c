# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose voice is whose: from introductions and the feed's persons, and only where it is sure.

A voice that says "I'm Maya" is Maya; one that is greeted "Sophie, thanks for being here" and answers is Sophie; one
that is answered "Thanks, Maya" is Maya. A wrong name is worse than none: what is quoted, told of another day, read out
for a sponsor, or could be a place or a company does not count, and one clue alone only does where nothing else is
possible. A first name is completed from the feed's persons. Two voices never share a name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from podmix.speech.types import Sentence, Transcript

_TITLE = r"(?:(?:Dr|Professor|Prof|Doctor|Mr|Mrs|Ms|Sir|Dame|Rev|Captain)\.?\s+)?"
_CAPITAL = "[A-ZÀ-ÖØ-ÞĆČĐŁŚŞŠŹŻŽİ]"
_WORD = rf"(?!(?:I|I'm|I’m)\b){_CAPITAL}[^\W\d_]*(?:[-’']{_CAPITAL}?[^\W\d_]+)*"
_NAME = rf"{_TITLE}({_WORD}(?:\s+(?:(?:van|von|de|der|den|da|di|el|al|la|le|bin)\s+)*{_WORD}){{0,2}})"
_ENDS = r"(?=\s*(?:$|[.,!?;:–—-]|and\b|from\b|with\b|your\b|the\b|a\b|an\b|here\b|at\b|of\b|for\b|host\b))"
_BEFORE = r"(?:^|[.,;:!?–—-]\s*|\b(?:[Aa]nd|[Hh]i|[Hh]ello|[Hh]ey|[Ww]elcome|[Ss]o|[Ww]ell|[Aa]s always|[Aa]gain)\s+)"

_SELF = (
    re.compile(rf"{_BEFORE}(?:I'm|I’m|I am)\s+(?:(?:your|the) host,?\s+)?{_NAME}{_ENDS}"),
    re.compile(rf"{_BEFORE}[Mm]y name(?:'s|’s|\s+is)\s+{_NAME}{_ENDS}"),
    re.compile(rf"\b[Hh]osted by me,?\s+{_NAME}{_ENDS}"),
    re.compile(rf"(?:[Mm]ein Name ist|[Ii]ch heiße|[Jj]e m['’]appelle|[Mm]e llamo|[Mm]i nombre es|[Mm]i chiamo)"
               rf"\s+{_NAME}"),
)
_MAYBE_SELF = (  # a show, a place or a company as well as a person
    re.compile(rf"{_BEFORE}[Tt]his is\s+(?:your host,?\s+)?{_NAME}{_ENDS}"),
    re.compile(rf"\b[Yy]our host,?\s+{_NAME}{_ENDS}"),
    re.compile(rf"\bIch bin\s+{_NAME}"),
)
_INTRODUCED = (
    re.compile(rf"\b(?:[Jj]oined (?:today )?by|[Ss]peaking (?:today )?(?:with|to)|[Tt]alking (?:today )?(?:with|to)"
               rf"|[Mm]y guest(?:,| today| today is| is)|[Jj]oining (?:me|us)(?: today)? is|[Ww]ith me(?: today)? is)"
               rf"\s+(?:[a-z]+\s+){{0,4}}?{_NAME}"),
)
_GREETED = (
    re.compile(rf"^(?:(?:So|And|Well|Now|Okay|Hi|Hello|Hey),?\s+)?{_NAME},\s+(?:thanks|thank you|welcome|great to have"
               rf"|good to have|lovely to have|it's great to have|how are you)"),
    re.compile(rf"\b[Ww]elcome(?:\s+(?:back|along|to the (?:show|podcast|programme|program)))*,\s+{_NAME}\s*[.!?,]"),
    re.compile(rf"\b(?:[Tt]hanks|[Tt]hank you)(?: so much| very much)? for (?:being|coming|joining)[^,.]*,"
               rf"\s+{_NAME}[.!?]"),
    re.compile(rf"\b(?:[Gg]ood|[Gg]reat|[Ll]ovely|[Nn]ice) to (?:see|have) you[^,.]*,\s+{_NAME}[.!?]"),
)
_ANSWERED = (
    re.compile(rf"^(?:(?:Oh|Well|Yeah|Yes|Ah),?\s+)?(?:Thanks|Thank you)(?: so much| very much| a lot)?,?"
               rf"\s+{_NAME}\s*[.!,]"),
    re.compile(rf"^(?:Hi|Hello|Hey),?\s+{_NAME}\s*[.!,]"),
    re.compile(rf"\b(?:[Tt]hanks|[Tt]hank you) for having (?:me|us)[^,.]*,\s+{_NAME}[.!]"),
)
_QUOTING = re.compile(
    r"[\"“”«»]|\b(?:said|says|saying|say|goes|went|told|tells|asked|thought|wrote|writes|reads|called|calls|like,"
    r"|[Pp]retend\w*|[Ii]magine|[Ss]uppose|character|named|song|movie|film|book)\b")
_ANOTHER_DAY = re.compile(
    r"\b(?:last (?:week|time|month|year|episode)|next (?:week|time|month|episode)|previous(?:ly)?|yesterday|tomorrow"
    r"|later|coming up|was|were|had|used to|will|would|couldn['’]?t|can['’]t|unable|unfortunately|away|sick|not here"
    r"|instead|by my friend)\b", re.IGNORECASE)
_PRESENT = re.compile(
    r"\b(?:here|with (?:me|us)|joins?|joining|joined by|welcome|guest|today|thanks|thank you)\b", re.IGNORECASE)
_SPONSOR = re.compile(
    r"\b(?:sponsor\w*|brought to you|promo code|offer code|use (?:the )?code|percent off|per cent off|% off|free trial"
    r"|dot com|\w+\.(?:com|co|io|org)|advert\w*|terms apply|supported by)\b", re.IGNORECASE)

_NO_NAMES = """
    I A An The This That These Those So Well Yes Yeah No Not Just Here There Really Sure Glad Happy Going Today
    Welcome Thanks Thank Good Great Okay Ok Right Now Then Oh Ah Hi Hello Hey Everyone Everybody Guys Folks
    Ladies Friends Again Kind Your Our My His Her Their From With Because Back Sorry Still Also Very Probably
    Actually Excited Delighted It We You They He She And But Or If When What Why How Who Where Which All Some
    Any Both Each Every Part Episode Season Chapter Monday Tuesday Wednesday Thursday Friday Saturday Sunday
    January February March July August September October November December Christmas Easter English American
    British Irish Scottish Welsh French German Spanish Italian Dutch Swedish Danish Norwegian Finnish Polish
    Russian Ukrainian Greek Turkish Chinese Japanese Korean Indian Pakistani Vietnamese Canadian Mexican
    Brazilian Australian African European Asian Latino Latina Jewish Catholic Muslim Christian Buddhist Hindu
    Protestant Mormon Democrat Republican Conservative Labour Liberal Tory Gen Team Type God Jesus Satan Mom Mum
    Dad Mother Father Radio Podcast Show BBC NPR CNN Google Apple Amazon Microsoft Facebook Meta Netflix Spotify
    OpenAI Twitter Berlin London Paris Leeds Manchester Chicago Boston Dublin Madrid Rome Vienna Zurich Tokyo
    Toronto Sydney Melbourne America England Britain Scotland Wales Ireland Germany France Spain Italy Europe
    Africa Asia Australia Canada China Japan India Russia Brazil Mexico California Texas New Los San Las
    Washington Earth Mars
"""
_NOT_FIRST = frozenset(_NO_NAMES.split())
_SELF_WEIGHT, _CLUE, _HINT = 3, 2, 1
_ENOUGH = 3  # one self-introduction, two clues, or one clear clue and the feed's word
_OPENING_S = 240.0  # where people introduce themselves; later "I'm …" is more often something else
_REPLY_WITHIN = 5  # sentences, after which an answer is no answer any more
_TALKS = 0.1  # of the sentences: who says less may be a voice in an advertisement


@dataclass(frozen=True, slots=True)
class _Claim:
    """Somebody says or implies that ``voice`` is called ``name``."""

    voice: str
    name: str
    weight: int
_SAME_LETTERS = 0.82  # "Dex Haloran" for "Dex Halloran" is 0.96; two people's names seldom pass 0.75


def name_speakers(transcript: Transcript, persons: Sequence[tuple[str, str]] = ()) -> Transcript:
    """The transcript with names for the voices that are sure; publisher's own labels that are names already stay.

    Args:
        persons: (name, role) from the feed.
    """
    unnamed = {key for key, name in transcript.speakers.items() if name == key or re.fullmatch(r"Voice \d+|S\d+", name)}
    if not unnamed:
        return transcript
    known = list(dict.fromkeys(name for name, _ in persons))
    votes: Counter[tuple[str, str]] = Counter()
    for claim in _claims(transcript.sentences, known):
        name = _completed(claim.name, known)
        votes[claim.voice, name] += claim.weight + (_HINT if name in known else 0)
    votes = _joined(votes)
    names = dict(transcript.speakers)
    given = {name for key, name in names.items() if key not in unnamed}
    for (voice, name), weight in votes.most_common():
        against = max((n for (other, called), n in votes.items() if (other == voice) != (called == name)), default=0)
        if voice in unnamed and name not in given and weight >= _ENOUGH and weight > against:
            names[voice] = name
            given.add(name)
            unnamed.discard(voice)
    last = _only_one_left(transcript, names, unnamed, known)
    return replace(transcript, speakers=names | last)


def _claims(sentences: Sequence[Sentence], known: Collection[str]) -> Iterator[_Claim]:
    """Everything that is said near the beginning about who is who."""
    for index, sentence in enumerate(sentences):
        if sentence.start > _OPENING_S:
            return
        text, voice = sentence.text.strip(), sentence.speaker
        if voice is None or _QUOTING.search(text) or _in_advertisement(sentences, index):
            continue
        yield from (_Claim(voice, name, _SELF_WEIGHT) for name in _found(_SELF, text, known))
        for name in _found(_MAYBE_SELF, text, known):
            yield _Claim(voice, name, _CLUE if _completed(name, known) in known else _HINT)
        before = _other_voice(reversed(sentences[max(0, index - 2) : index]), voice)
        if before is not None:
            last = sentences[index - 1]
            greeted = last.speaker == before and bool(_found(_GREETED + _INTRODUCED, last.text.strip(), known))
            weight = _ENOUGH if greeted else _CLUE  # "Maya, thanks for being here." – "Thanks, Tom."
            yield from (_Claim(before, name, weight) for name in _found(_ANSWERED, text, known))
        after = _other_voice(sentences[index + 1 : index + 1 + _REPLY_WITHIN], voice)
        if after is not None and not _ANOTHER_DAY.search(text):
            yield from (_Claim(after, name, _HINT) for name in _found(_INTRODUCED, text, known))
            yield from (_Claim(after, name, _CLUE) for name in _found(_GREETED, text, known))


def _found(patterns: Sequence[re.Pattern[str]], text: str, known: Collection[str]) -> set[str]:
    """Names that any of the patterns finds, each once."""
    names = set()
    for pattern in patterns:
        for match in pattern.finditer(text):
            words = match[1].split()
            while len(words) > 1 and words[-1] in _NOT_FIRST:
                words.pop()
            if words[0] not in _NOT_FIRST or _completed(" ".join(words), known) in known:
                names.add(" ".join(words))
    return names


def _other_voice(sentences: Iterator[Sentence] | Sequence[Sentence], voice: str) -> str | None:
    return next((s.speaker for s in sentences if s.speaker not in (None, voice)), None)


def _in_advertisement(sentences: Sequence[Sentence], index: int) -> bool:
    own = sentences[index]
    near = (s for s in sentences[max(0, index - 2) : index + 3] if s.speaker == own.speaker)
    return any(_SPONSOR.search(s.text) for s in near)


def _joined(votes: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """ "Sophie" and "Sophie Lorenz" of one voice are one name, the longer."""
    joined: Counter[tuple[str, str]] = Counter()
    for (voice, name), weight in votes.items():
        words = set(name.split())
        longer = [other for key, other in votes if key == voice and words < set(other.split())]
        joined[voice, longer[0] if len(longer) == 1 else name] += weight
    return joined


def _only_one_left(
    transcript: Transcript, names: dict[str, str], unnamed: Collection[str], known: Sequence[str]
) -> dict[str, str]:
    """The last voice is the last person of the feed, if it talks much and the others speak of that person as there."""
    left = [name for name in known if name not in names.values()]
    if len(left) != 1 or len(unnamed) != 1 or len(names) != len(known) or len(names) < 2:
        return {}
    voice = next(iter(unnamed))
    own = sum(s.speaker == voice for s in transcript.sentences)
    if own < _TALKS * len(transcript.sentences):
        return {}
    called = re.compile(rf"\b{re.escape(left[0].split()[0])}\b")
    for sentence in transcript.sentences:
        if sentence.start > _OPENING_S:
            break
        text = sentence.text
        if sentence.speaker not in (None, voice) and called.search(text) and _PRESENT.search(text):
            return {} if _ANOTHER_DAY.search(text) else {voice: left[0]}
    return {}


def _completed(name: str, known: Collection[str]) -> str:
    """ "Maya" becomes "Maya Lindqvist" when the feed knows exactly one Maya; recognisers misspell: near is enough."""
    words = set(name.casefold().split())
    fitting = [full for full in known if words <= set(full.casefold().split())]
    if not fitting:
        fitting = [full for full in known if _alike(name, full)]
    return fitting[0] if len(fitting) == 1 else name


def _alike(heard: str, full: str) -> bool:
    """Whether ``heard`` is ``full`` with other letters: as many words, and nearly all letters the same."""
    if len(heard.split()) != len(full.split()) or len(heard) < 5:
        return False
    return SequenceMatcher(None, heard.casefold(), full.casefold()).ratio() >= _SAME_LETTERS
