# SPDX-License-Identifier: GPL-3.0-or-later
"""Small feeds for the tests of this room, shaped after what real publishers do."""

from __future__ import annotations

SPACES = ('xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
          'xmlns:podcast="https://podcastindex.org/namespace/1.0" '
          'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom" '
          'xmlns:psc="http://podlove.org/simple-chapters" xmlns:dc="http://purl.org/dc/elements/1.1/" '
          'xmlns:media="http://search.yahoo.com/mrss/"')


def rss(items: str = "", channel: str = "<title>A Show</title>", *, spaces: str = SPACES, head: str = "") -> bytes:
    declaration = '<?xml version="1.0" encoding="UTF-8"?>'
    return f'{declaration}{head}<rss version="2.0" {spaces}><channel>{channel}{items}</channel></rss>'.encode()


def item(number: int = 1, inner: str = "", *, guid: str | None = None, url: str | None = None) -> str:
    guid = f"guid-{number}" if guid is None else guid
    url = f"https://example.org/{number}.mp3" if url is None else url
    return (f"<item><title>Episode {number}</title><guid isPermaLink=\"false\">{guid}</guid>"
            f"<pubDate>Mon, {number % 28 + 1:02d} Nov 2021 10:00:00 +0000</pubDate>"
            f'<enclosure url="{url}" length="1000" type="audio/mpeg"/>{inner}</item>')


RICH_ITEM = item(7, """
<link> https://example.org/7 </link><description>Short.</description>
<content:encoded><![CDATA[<p>Long <b>notes</b> & more</p>]]></content:encoded>
<itunes:duration>1:02:03.5</itunes:duration><itunes:season>2</itunes:season><itunes:episode>7</itunes:episode>
<itunes:episodeType>Bonus</itunes:episodeType><itunes:explicit>yes</itunes:explicit>
<itunes:image href="/art.jpg"/>
<podcast:season name="The Sea">3</podcast:season><podcast:episode display="Ch.3">204.5</podcast:episode>
<podcast:transcript url="https://example.org/7.vtt" type="text/vtt" rel="captions"/>
<podcast:transcript url="https://example.org/7.srt" type="application/x-subrip" language="es"/>
<podcast:transcript type="text/html"/>
<podcast:chapters url="chapters/7.json" type="application/json+chapters"/>
<podcast:soundbite startTime="73.0" duration="60.25">A bite</podcast:soundbite>
<podcast:soundbite startTime="1234.5" duration="42"></podcast:soundbite>
<podcast:soundbite startTime="oops" duration="42">never</podcast:soundbite>
<podcast:person role="Guest" img="https://example.org/a.png" href="https://example.org/a">Alice</podcast:person>
<podcast:person>Bob</podcast:person><podcast:person> </podcast:person>
<podcast:alternateEnclosure type="audio/opus" length="32400" bitrate="96000" default="true" title="Opus">
  <podcast:source uri="https://example.org/7.opus"/><podcast:source uri="ipfs://abc" contentType="audio/opus"/>
  <podcast:integrity type="sri" value="sha384-xyz"/></podcast:alternateEnclosure>
<podcast:location geo="geo:1,2" osm="R1" country="AT">Vienna</podcast:location>
<podcast:txt purpose="ai-content">true</podcast:txt>
<podcast:value type="lightning" method="keysend"><podcast:valueRecipient name="x" split="50"/></podcast:value>
<podcast:unheardOf x="1">ignored</podcast:unheardOf>
<psc:chapters version="1.2"><psc:chapter start="00:01:00.5" title="Second" href="https://example.org/c"/>
<psc:chapter start="0" title="First"/></psc:chapters>
""")

RICH_CHANNEL = """
<title>Rich &amp; Famous</title><link>https://example.org</link><language>de</language>
<description>All &lt;b&gt;about&lt;/b&gt; it</description>
<atom:link rel="self" href="https://example.org/feed"/><atom:link rel="next" href="?page=2"/>
<atom:link rel="hub" href="https://hub.example.org/"/>
<itunes:author>The Author</itunes:author><itunes:owner><itunes:name>Owner</itunes:name></itunes:owner>
<itunes:image href="https://example.org/show.jpg"/><itunes:explicit>false</itunes:explicit>
<itunes:type>serial</itunes:type><itunes:complete>Yes</itunes:complete><itunes:block>no</itunes:block>
<itunes:category text="Society"><itunes:category text="Places"/><itunes:category text="Family"/></itunes:category>
<itunes:category text="News"/><itunes:new-feed-url>https://new.example.org/feed</itunes:new-feed-url>
<podcast:guid>917393e3-1b1e-5cef-ace4-edaa54e1f810</podcast:guid><podcast:medium>audiobook</podcast:medium>
<podcast:locked owner="a@example.org">yes</podcast:locked>
<podcast:funding url="https://example.org/give">Support us</podcast:funding>
<podcast:funding url="https://example.org/more"/>
<podcast:person>Host One</podcast:person>
<podcast:podroll><podcast:remoteItem feedGuid="29CDCA4A-32D8-56BA-B48B-09A011C5DAA9" feedUrl="https://o.example/f"/>
</podcast:podroll>
<podcast:trailer url="https://example.org/t.mp3" pubdate="Thu, 01 Apr 2021 08:00:00 EST" length="12" season="1"
 type="audio/mp3">Coming</podcast:trailer>
<podcast:updateFrequency rrule="FREQ=WEEKLY" complete="true">weekly</podcast:updateFrequency>
<podcast:location>Berlin</podcast:location>
<podcast:liveItem status="LIVE" start="2021-09-26T07:30:00.000-0600" end="2021-09-26T09:30:00.000-0600">
 <title>Live now</title><guid>live-1</guid><enclosure url="https://example.org/live" type="audio/mpeg" length="1"/>
 <link>https://live.example.org</link></podcast:liveItem>
"""

ATOM = b"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr" xml:base="https://example.org/base/">
<title type="html">Un &lt;b&gt;show&lt;/b&gt;</title><subtitle>Sous-titre</subtitle><id>urn:x</id>
<link href="home"/><link rel="self" href="atom.xml"/><link rel="next" href="atom.xml?p=2"/>
<author><name>Jean</name></author><updated>2020-01-02T03:04:05Z</updated>
<entry><title>Premier</title><id>urn:1</id><updated>2020-02-01T00:00:00+02:00</updated>
<link rel="alternate" href="1.html"/><link rel="enclosure" href="1.mp3" type="audio/mpeg" length="55"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Bonjour <em>toi</em></p></div></content></entry>
<entry><title>Deux</title><id>urn:2</id><published>2020-01-01T00:00:00Z</published>
<summary>Court</summary></entry></feed>"""

RDF = b"""<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel rdf:about="https://example.org/"><title>Old</title><link>https://example.org/</link>
<description>RDF</description><dc:language>en</dc:language>
<items><rdf:Seq><rdf:li resource="https://example.org/a"/></rdf:Seq></items></channel>
<image rdf:about="i"><url>https://example.org/i.png</url><title>t</title><link>l</link></image>
<item rdf:about="https://example.org/a"><title>A</title><link>https://example.org/a</link>
<description>d</description><dc:date>2003-05-06T07:08:09Z</dc:date></item>
<item rdf:about="https://example.org/b"><title>B</title><link>https://example.org/b</link></item></rdf:RDF>"""
