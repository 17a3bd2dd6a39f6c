# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a sentence ends between two words: abbreviations, initials, decimals, quotes, other scripts' full stops.

After the rules of Kiss & Strunk 2006 ("Unsupervised multilingual sentence boundary detection"), with fixed lists
instead of learnt ones: a transcript is too short to learn from.
"""

from __future__ import annotations

import re


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_CLOSERS = "\"'”’»›)]}」』）*"
_OPENERS = "\"'“‘«‹([{¿¡「『（—–-*"
_FULL_STOPS = "。！？．؟।॥"
_INITIAL = re.compile(r"[^\W\d_]\.")
_ACRONYM = re.compile(r"(?:[^\W\d_]\.){2,}")
_NUMBER = re.compile(r"\d{1,2}\.")

# Always followed by what they belong to.
_BEFORE = _set("""
    mr. mrs. ms. mx. dr. prof. st. sen. rep. gov. gen. col. lt. sgt. capt. rev. hon. pres. vs. approx. fig. vol. ed.
    e.g. i.e. cf. ca. mt. ft. sra. srta. dra. dña. mme. mlle. mm. hr. fr. bzw. z.b. d.h. u.a. usw. nr. str. pág. núm.
    """)
# May end a sentence; then a typical first word follows.
_EITHER = _set("etc. inc. ltd. co. corp. jr. sr. ph.d. m.d. b.a. m.a. a.m. p.m. ave. blvd. dept. est. min. max. "
                    "sec. u.s. u.k. u.n. d.c. a.d. b.c.")
_NUMBERED = _set("no. nos. p. pp. art. op. ch.")
_STARTERS = _set("""
    the a an and but so or i we he she it they you this that these those there here then now what when where why who
    how if in on at for my our your his her its their yes no well okay oh because after before as is are was do did
    not just let one some all
    """)
_MONTHS = _set("januar februar märz april mai juni juli august september oktober november dezember")


def ends_sentence(word: str, following: str, *, cased: bool = True) -> bool:
    """Whether a sentence ends after ``word`` when ``following`` comes next.

    Args:
        word: with its punctuation, no spaces.
        following: the next word, not empty.
        cased: False where the text has no meaningful capitals, so a small letter says nothing.
    """
    bare = word.rstrip(_CLOSERS)
    if not bare:
        return False
    if bare[-1] in _FULL_STOPS:
        return True
    if bare[-1] not in ".!?…":
        return False
    head = following.lstrip(_OPENERS)
    small = bool(head) and head[0].islower()
    if bare[-1] in "!?…" or bare.endswith(".."):
        return not (small and cased)
    return _full_stop_ends(bare.lstrip(_OPENERS), head, small=small, cased=cased)


def _full_stop_ends(bare: str, head: str, *, small: bool, cased: bool) -> bool:
    lowered = bare.casefold()
    starter = head.rstrip(".,!?;:").casefold() in _STARTERS
    if lowered in _BEFORE:
        return False
    if lowered in _NUMBERED and head[:1].isdigit():
        return False
    if lowered in _EITHER or _ACRONYM.fullmatch(bare):
        return starter and not (small and cased)
    if _INITIAL.fullmatch(bare) and bare != "I.":
        return starter and not small
    if _NUMBER.fullmatch(bare) and head.rstrip(".,").casefold() in _MONTHS:
        return False
    return not (small and cased)
