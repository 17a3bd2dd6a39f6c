# SPDX-License-Identifier: GPL-3.0-or-later
"""Following redirects by hand: bounded, loop-proof, and remembering which moves are for good.

301 and 308 are permanent, 302, 303 and 307 are not. An address is only replaced by one that was reached through
permanent moves alone: after the first temporary hop nothing more is learned.
"""

from __future__ import annotations

from urllib.parse import urljoin

from podmix.errors import NetworkError
from podmix.net.addresses import checked_url, host_of, shares_login, split_login
from podmix.net.policy import Login

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})


class Trail:
    """The addresses one request passes through.

    ``url`` is the current one, without credentials; ``login`` the one to send there; ``permanent_url`` the last
    address reached through permanent moves alone, or None.
    """

    def __init__(self, url: str, login: Login | None, max_redirects: int) -> None:
        bare, inside = split_login(checked_url(url))
        self.url = bare
        self.login = login or inside
        self.permanent_url: str | None = None
        self._for_good = True
        self._seen = {bare}
        self._left = max_redirects

    def follow(self, status: int, location: str) -> None:
        """Move to ``location``, relative to the current address; raises NetworkError on loops and endless chains."""
        host = host_of(self.url)
        try:
            joined = urljoin(self.url, location.strip())
        except ValueError as problem:
            raise NetworkError(f"{host} forwards to an address that is not valid.",
                               remedy="Tell the publisher of the show.", detail=str(problem)) from problem
        target, inside = split_login(checked_url(joined))
        if target in self._seen:
            raise NetworkError(f"{host} sends PodMix round in a circle.", remedy="Tell the publisher of the show.")
        if self._left <= 0:
            raise NetworkError(f"{host} forwards too many times.", remedy="Tell the publisher of the show.")
        self.login = inside or (self.login if shares_login(self.url, target) else None)
        self._for_good = self._for_good and status in _PERMANENT
        if self._for_good:
            self.permanent_url = target
        self._left -= 1
        self._seen.add(target)
        self.url = target
