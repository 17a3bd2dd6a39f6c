# SPDX-License-Identifier: GPL-3.0-or-later
"""English word lists and patterns, written for this project, as one regular expression a subject.

They count in English transcripts only; in other languages every count is zero for every span, so that the
other evidence decides. Every pattern is matched against lower-case text with straight apostrophes.
"""

from __future__ import annotations

import re


def _any(words: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(w.strip() for w in words.split("|") if w.strip()) + r")\b")


COUNTED: dict[str, re.Pattern[str]] = {
    "question": re.compile(r"\?"),
    "exclaim": re.compile(r"!"),
    "number": re.compile(r"\b\d[\d,.]*\b|\b(?:hundreds?|thousands?|millions?|billions?|percent|dozens?|half)\b"),
    "quote": re.compile(r"[\"“”]"),
    "i": _any(r"i|i'm|i've|i'd|i'll|me|my|myself|mine"),
    "you": _any(r"you|your|you're|you've|yourself|you'll|you'd"),
    "we": _any(r"we|we're|we've|us|our|ours|we'll|we'd"),
    "they": _any(r"he|she|they|him|her|his|their|them"),
    "people": _any(
        r"people|person|man|woman|men|women|kids?|child|children|mother|mom|mum|dad|father|parents?|wife|husband|"
        r"brother|sister|son|daughter|friends?|family|boy|girl|grandmother|grandfather|baby|neighbou?rs?|teacher|"
        r"doctor|boss|stranger|partner|human|humans"
    ),
    "past": _any(
        r"was|were|had|did|didn't|wasn't|went|came|got|told|said|asked|saw|felt|knew|thought|took|gave|made|found|"
        r"left|became|began|started|happened|remember|remembered|walked|looked|turned|wanted|decided|tried|called|"
        r"heard|kept|ran|sat|stood|died|met|moved|lost|won|grew|broke|wrote|spoke|woke|fell|realized|realised"
    ),
    "story": _any(
        r"when i was|i remember|i'll never forget|one day|one night|one time|that (?:day|night|moment)|the first time|"
        r"years? ago|months? ago|weeks? ago|back in|grew up|growing up|there was (?:a|this|an)|all of a sudden|"
        r"suddenly|"
        r"and then|in the middle of|in (?:19|20)\d\d|at that point|next thing|story|the moment"
    ),
    "speech": _any(
        r"(?:he|she|they|i|somebody|someone|people|we) (?:said|says|say|goes|told|asked|was like|were like|'s like|"
        r"thought)|i'm like|i was like|like, \""
    ),
    "contrast": _any(
        r"but|however|although|actually|instead|rather|yet|on the other hand|turns? out|in fact|despite|even though|"
        r"not because|the opposite|whereas|except|contrary|surprisingly|ironically|counterintuitive|paradox"
    ),
    "cause": _any(
        r"because|therefore|that's why|this is why|the reason|reasons?|so that|which means|that means|leads? to|"
        r"caused?|if you|as a result|due to"
    ),
    "insight": _any(
        r"reali[sz]ed?|reali[sz]e|learn(?:ed|t)?|lesson|secret|truth|the thing is|the problem|the point|the key|"
        r"what matters|matters?|important|fundamental|fundamentally|essentially|discover(?:ed|y)?|understand|"
        r"understood|mistake|the idea|idea|meaning|means|believe|argue|evidence|research|study|studies|found that|"
        r"the question|the answer|the difference|the more|the only|what we|what happens|it's not|isn't just|not just"
    ),
    "strong": _any(
        r"never|always|every|everyone|everybody|nobody|nothing|everything|no one|most|best|worst|biggest|greatest|"
        r"incredible|incredibly|amazing|crazy|insane|unbelievable|huge|enormous|massive|extraordinary|completely|"
        r"absolutely|totally|impossible|ever|extremely|terrible|brilliant|shocking|radical|dramatic|literally"
    ),
    "good_feeling": _any(
        r"love|loved|loves|happy|happiness|joy|beautiful|wonderful|hope|proud|fun|funny|laugh|laughed|laughing|"
        r"excited|"
        r"exciting|grateful|inspired|inspiring|awe|dream|dreams|freedom|magic|magical|delight|thrilled|kind|kindness"
    ),
    "bad_feeling": _any(
        r"fear|afraid|scared|scary|terrified|terrifying|angry|anger|rage|hate|hated|sad|sadness|cry|cried|crying|"
        r"tears|"
        r"pain|painful|hurt|suffer|suffering|struggle|struggled|struggling|death|dead|die|died|dying|kill|killed|"
        r"war|danger|dangerous|risk|threat|crisis|lonely|alone|shame|guilt|grief|anxiety|anxious|depressed|worry|"
        r"worried|panic|fail|failed|failure|wrong|broken|trauma|horrible|awful|disaster|lost|loss|violence|blood|"
        r"attack|victim|prison|police|fight|fighting|fired|cancer|sick|disease|desperate|embarrassed|regret"
    ),
    "concrete": _any(
        r"house|home|door|room|kitchen|street|car|truck|road|city|town|village|school|church|hospital|office|store|"
        r"water|river|ocean|sea|tree|forest|mountain|island|sun|night|morning|dog|cat|animal|animals|bird|fish|horse|"
        r"food|bread|coffee|beer|wine|dinner|money|dollars?|gun|knife|fire|phone|book|letter|picture|photo|song|music|"
        r"hand|hands|head|face|eyes?|heart|brain|body|skin|leg|arm|bed|table|window|wall|plane|train|boat|ship|bus|"
        r"clothes|shoes|paper|newspaper|movie|film|stage|world|earth|country|government|president|court|law"
    ),
    "filler": _any(
        r"um|uh|uhm|er|you know|i mean|sort of|kind of|i guess|basically|or whatever|and stuff|stuff like that|anyway|"
        r"right\?|okay|ok|so yeah|yeah"
    ),
    "agree": _any(r"yeah|yes|yep|right|exactly|sure|totally|absolutely|mm-?hmm?|mhm|uh-huh|gotcha|nice|cool|wow"),
    "laughter": re.compile(r"[\[(](?:laugh\w*|laughs|chuckl\w*|laughter|applause)[^\])]*[\])]|\bha ?ha\b"),
    "deictic": _any(r"this|that|these|those|it|here|there|such"),
    "abstract": re.compile(r"\b\w{4,}(?:tion|tions|ment|ments|ness|ity|ities|ism|ance|ence|ology)\b"),
    "long": re.compile(r"\b\w{9,}\b"),
    "vague": _any(r"thing|things|stuff|something|somehow|whatever|somewhere|someone|some kind|or something"),
    "unheard": re.compile(r"[\[(](?:unintelligible|inaudible|crosstalk|unclear)[^\])]*[\])]|\\\[unintelligible"),
}
"""Subject -> what is counted in each unit (per word of a span)."""

DANGLING = re.compile(
    r"^(?:\W*(?:and|but|or|so|because|cause|'cause|which|who|whose|whereas|also|then|plus|though|although|anyway|"
    r"yeah|yes|yep|no|nope|right|exactly|okay|ok|sure|well|oh|ah|um|uh|hmm|mm|mhm|mm-hmm|true|totally|absolutely|"
    r"definitely|correct|cool|nice|gotcha|wow|like|i mean|you know|indeed|otherwise|therefore|instead|"
    r"of course|that's (?:right|true|it|fair|a good|interesting|great|awesome|cool)|got it|fair enough|i see|thanks?|"
    r"thank you|as well|too|either|neither|again)\b[\s,.!…—–-]*)+"
)
"""Openers that lean on what came before (matched at the start of the opening sentence)."""

POINTING = re.compile(
    r"^\W*(?:(?:that|this|these|those|it|he|she|they|him|her|them|his|its|their|there|such|the other|another|"
    r"one of (?:them|those|these)|some of (?:them|those|these)|both|neither|same|what he|what she|what they)\b"
    r"|(?:that|it|he|she|they|there)'(?:s|re|d|ll|ve)\b)"
)
"""Openers that begin with a word pointing at something unnamed."""

QUESTION_START = re.compile(
    r"^\W*(?:(?:so|and|but|well|okay|now)[\s,]+)?(?:what|why|how|when|where|who|which|do|does|did|is|are|was|were|"
    r"can|could|"
    r"would|should|have|has|will|tell (?:me|us)|talk (?:about|to us)|i wonder|i'm curious|can you)\b"
)

TURNS = re.compile(
    r"\b(?:so here's|here's (?:the|what|why|how)|the (?:thing|problem|reason|truth|question|idea|point|secret|"
    r"trick|lesson|story|"
    r"interesting|funny|crazy|amazing|surprising|fact)|imagine|what if|think about|picture this|let me tell|turns out|"
    r"it turns|most people|people (?:think|always|often)|we (?:think|all|tend)|i (?:think|believe|remember|"
    r"realized|learned|"
    r"grew|was born|used to|always|never|spent|started|had this)|there(?:'s| is| was| are| were) (?:a|an|this|no|two|"
    r"three|something|nothing)|when i|one of the|in \d{4}|if you|for (?:years|me|most)|you (?:have to|can't|don't))\b"
)
"""Openings that catch: claims, set-ups, stories, conditions."""

LANDING = re.compile(
    r"\b(?:that's (?:why|what|how|the|when|where)|this is (?:why|what|how|the)|so that's|and that's|it was (?:the|"
    r"a|just)|"
    r"never|always|forever|everything|nothing|at the end|in the end|the point|what matters|matter|changed|worth|"
    r"because|that is (?:why|what|the)|for (?:me|us|life|good)|again|life|world|people)\b"
)
"""Words that go with a sentence that lands a thought."""
