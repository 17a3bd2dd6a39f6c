# SPDX-License-Identifier: GPL-3.0-or-later
"""Small made-up conversations of general interest, written for these tests, each with one moment worth hearing."""

from __future__ import annotations

import re

from podmix.speech.types import Sentence, Transcript

OPENING = """
H: Hello everyone and welcome back to the show. H: I'm your host, and as always it's great to have you with us.
H: My guest today is somebody we have wanted to talk to for a long time. H: Thank you so much for joining us. G:
Thanks for having me, it's a pleasure to be here. H: So how was the trip over? G: Yeah, fine, good. A bit of
traffic. H: Right, right. There is always something with that road. G: Always. H: Well, let's get into it then."""

ADS = (
    """H: This episode is brought to you by Loafly, the bread box that talks. H: I have been using Loafly every morning
and it has completely changed my life. H: Everyone in my family loves it, and nobody ever throws bread away
again. H: Imagine coming home to the smell of a fresh loaf on the worst night of your year. H: Right now our
listeners get twenty percent off their first order. H: Just go to loafly.com/show and use the promo code SHOW at
checkout. H: That's loafly.com/show. H: And now, back to the show.""",
    """H: We'll be right back after a quick word from our sponsor. H: Do you ever lie awake at night, afraid of losing
the photos of your children? H: Millions of people lose everything every year, because they never made a copy.
H: Boxsafe keeps every memory you love in one place, forever. H: Start your free trial today at boxsafe.com. H:
Terms apply. H: That is boxsafe dot com slash podcast, and our thanks to Boxsafe for sponsoring the show.""",
)

CHATTER = (
    """H: So what did you do after that, was it the same office? G: Yeah, so it was kind of the same office, but, you
know, we moved some stuff around. G: And then there was another team, and they had some things as well. H: Okay.
G: So we did that for a bit. H: Right, okay. G: And it was fine, I guess, it was sort of what you would expect.
H: Sure. And the schedule? G: The schedule was, I mean, Mondays we had the list, and then Tuesdays there was
another list. H: Okay. G: So that was basically it for that part of the year, more or less. H: Yeah, yeah. G:
Anyway.""",
    """H: Is that available in the other format too? G: I think so, yeah. G: You can get the second edition, and
there's an appendix with the tables. H: Okay, cool. And the appendix has the things you mentioned? G: It has
some of them, and then the rest is in the other document. H: Got it. G: There's also an index. H: Yeah. G: So
you can look it up by section, and the sections are numbered, so it's sort of easy to get to the one you need.
H: Okay. G: And then there's a form. H: Right.""",
    """G: So we should probably set up the next call. H: Yeah, let me look at the calendar. G: I think Thursday could
work, or maybe the week after. H: Thursday I have a thing, but the week after is okay. G: Okay, so let's say the
week after. H: Do you want me to send the invitation, or? G: You can send it, or I can send it, whatever is
easier. H: I'll send it. G: Cool. H: So that's settled, and then we can talk about the other stuff. G: Yeah,
sounds good. H: Okay.""",
    """H: And how long did that process take, would you say? G: It depends, I mean, there's a first phase and a second
phase. H: Okay. G: The first phase is kind of short, and then in the second phase you do the same things, but
with the new settings. H: Right. G: So you go through the options, and you pick some, and then you go through
them again. H: Yeah. G: And there is documentation on that, so. H: Okay, sure. G: It's the usual thing, really.
H: Mm-hmm. G: Yeah.""",
)

CLOSING = """
H: Well, this has been great. H: Where can people find you online? G: The website is probably best. H: We'll put
the link in the show notes. H: If you liked this episode, please subscribe and leave us a review, it really
helps. H: Thank you so much for coming on. G: Thanks for having me. H: Our show is produced by the team, with
music by our friends. H: See you next week. Bye."""

MOMENTS: dict[str, str] = {
    "the letter": """
H: What was the moment you knew your father had forgiven you? G: When I was nineteen I left home without a word,
and for eleven years my father and I never spoke. G: Then one night a letter came to my apartment in Lisbon,
with no name on it. G: Inside was a photograph of our old house, and on the back he had written one sentence:
the door was never locked. G: I sat on the kitchen floor and cried until the morning. G: I took the first train,
and when I came up the road he was standing outside, as if he had been waiting there the whole time. G: He said,
you're late for dinner. G: That was all he ever said about it, and I understood that forgiveness is not a
speech, it is a door that somebody keeps open for you.""",
    "the wrong diagnosis": """
G: The most dangerous mistake in medicine is not ignorance, it's certainty. G: In 2009 I told a young mother
that her headaches were stress, because I had seen forty patients that day and thirty nine of them were
stressed. G: Three weeks later she was in the emergency room with a bleeding in her brain. G: She lived, but she
lost the use of her right hand, and she was a violinist. H: What did you say to her? G: I told her the truth. I
said, I stopped listening after your second sentence. G: She looked at me and said, then promise me you will
never do it again. G: Every morning for fourteen years I have read her name before I see my first patient.""",
    "octopus": """
G: An octopus has three hearts, nine brains, if you count the arms, and it will never meet its own mother. H:
Never? G: Never. She guards the eggs for months, she stops eating, and she dies on the day they hatch. G: So
everything an octopus knows, it has to discover alone, in about two years, in an ocean full of animals that want
to kill it. G: And yet we found that they recognise human faces. G: In our laboratory one of them hated a
colleague of mine and shot cold water at her every single morning, nobody else. G: What that means is that
intelligence does not need a family or a school or even a spine. G: It turned up twice on this planet, and the
second time it had arms that can taste.""",
    "the bank robber": """
H: You robbed eleven banks. Why did you stop? G: Because of a woman called Ruth. G: I gave the note to the
teller in Cleveland, and she read it, and instead of the money she handed me her handkerchief. G: She said, son,
you are bleeding. G: I had cut my hand on the car door and had not even felt it, that's how scared I was. G: She
wrapped it up while the alarm was ringing, and I just stood there like a child. G: The police arrested me four
minutes later, and I got nine years. G: She came to visit me in prison every Christmas, and when I got out I
asked her why. G: She said, nobody robs a bank if somebody has looked at him that week.""",
    "money and time": """
G: Most people think that money buys happiness up to a point and then stops, but that is not what the research
found. G: When we asked two million people, the happiest were not the ones who earned most, they were the ones
who had spent money to get rid of the hour they hated. G: Not a boat, not a house, but somebody else cleaning
the kitchen. H: So the secret is laziness? G: The secret is that you can lose a dollar and earn it back, but
nobody has ever earned back a Tuesday. G: The paradox is that rich people know this least: the more we earn per
hour, the more guilty we feel about every hour that we don't sell.""",
    "the last speaker": """
G: The last woman who spoke the language was called Marie, and she was ninety one. G: Every Sunday I drove six
hours across Alaska to record her, and she always began by saying the names of the dead. G: One winter morning I
asked her what she missed the most. G: She said, arguing. G: I thought I had misunderstood, but she laughed and
told me that you can pray alone and sing alone, but you can't argue alone, and for fifteen years nobody on this
earth could tell her she was wrong. G: When she died, it wasn't words that were lost, it was the only person who
could have been contradicted in them.""",
    "the goalkeeper": """
H: Ninety thousand people, last penalty, and you're in the goal. What goes through your head? G: The truth is
that goalkeepers dive because standing still looks like cowardice. G: There was a study of nearly three hundred
penalties, and the best thing you could do was stay in the middle, but almost nobody ever does it. G: So that
night I decided to do nothing. G: The stadium was screaming, I heard my brother shout my name, and I stood there
like an idiot with my arms open. G: He kicked it straight into my chest. G: People said it was courage, but it
was arithmetic. G: Courage is doing nothing when the whole world wants to see you jump.""",
    "bread in the war": """
G: My grandmother baked bread in a city under siege, with flour that was half sawdust. G: One hundred and twenty
five grams a person a day, that was all that anybody had. G: And every day she cut a slice from her own piece
and put it on the windowsill. H: For whom? G: As a child I thought it was for the birds. G: But there were no
birds, people had eaten them. G: Years later, when she was dying, I finally asked, and she said it was for
nobody. G: She said, as long as I could give something away, I knew they had not won. G: I have never in my life
heard a better definition of freedom.""",
    "the fake painting": """
H: How did you find out that the most famous painting in your museum was a fake? G: A seven-year-old girl told
me. G: She was standing in front of it with her school class, and she said, why is the lady wearing my mother's
earrings? G: Everybody laughed, but I couldn't sleep that night. G: Those earrings were first made in 1931, and
the painting was supposed to be three hundred years old. G: Forty experts had looked at it, we had done X-rays,
we had paid eleven million dollars, and nobody had ever looked at the ears. G: The lesson is terrible and
wonderful: experts see what they know, children see what is there.""",
    "fear of flying": """
G: I was a pilot for six years before I told anybody that I was terrified of flying. H: You're joking. G: No.
Every single morning I threw up in the hotel, then I put on the uniform and smiled. G: And one night over the
Atlantic both engines went silent, two hundred and eleven people behind me, complete darkness. G: And the
strangest thing happened, the fear was gone. G: I realized that I had never been afraid of dying, I was afraid
of the moment when everyone would see that I was afraid. G: We glided for nineteen minutes, and we landed. G:
The next day I told the whole crew my secret, and three of them started to cry, because it was theirs too.""",
    "city of bees": """
G: Here's the thing that nobody believes: bees vote. G: When a swarm needs a new home, hundreds of scouts fly
out, and each one comes back and dances for the house she found. G: The better the house, the longer the dance.
G: But this is the beautiful part, every bee gets a little less enthusiastic each time she dances, no matter how
right she is. H: Why would that help? G: Because bad ideas die with the bee that loves them, and good ideas are
found again by strangers. G: In human politics it's the opposite, the ones who are wrong dance forever. G: The
bees choose the best home nine times out of ten, and no queen has ever been asked.""",
    "the comedian": """
G: The worst night of my life was also the night I became funny. G: I was on stage in Glasgow, my marriage had
ended that morning, and a drunk man in the front row shouted, say something sad then. G: So I did. I told them
everything: the kitchen, the suitcase, the dog looking at both of us as if he had to choose. G: And they
laughed, I mean they screamed, and then a woman started crying, and then I did. G: I realized that for ten years
I had told jokes to hide, and nobody ever laughed like that. G: People don't laugh because you are clever. G:
They laugh because you said the thing they were ashamed of first.""",
}


def spoken(text: str, clock: float) -> list[Sentence]:
    """Sentences of lines like ``H: ... G: ...`` at 160 words a minute, from the given time on."""
    found: list[Sentence] = []
    for speaker, line in re.findall(r"\b([HG]): (.*?)(?=\s[HG]: |\Z)", " ".join(text.split())):
        for sentence in re.split(r"(?<=[.?!]) ", line.strip()):
            length = len(sentence.split()) * 60 / 160
            found.append(Sentence(sentence, clock, clock + length, speaker))
            clock += length + 0.25
    return found


def episode(name: str, number: int) -> tuple[Transcript, tuple[float, float], list[tuple[float, float]]]:
    """A transcript with the moment somewhere in it; returns also the moment's span and those of the sponsor reads."""
    chatter = [CHATTER[(number + k) % len(CHATTER)] for k in range(4)]
    before = [OPENING, chatter[0], ADS[number % 2], *chatter[1 : 2 + number % 3]]
    parts = [*before, MOMENTS[name], ADS[(number + 1) % 2], chatter[3], chatter[0], CLOSING]
    sentences: list[Sentence] = []
    spans = []
    for part in parts:
        start = sentences[-1].end + 0.6 if sentences else 0.0
        sentences += spoken(part, start)
        spans.append((start, sentences[-1].end))
    ads = [span for part, span in zip(parts, spans, strict=True) if part in ADS]
    return Transcript(tuple(sentences), "en", sentences[-1].end + 1, "test"), spans[len(before)], ads
