# SPDX-License-Identifier: GPL-3.0-or-later
"""Which order of the preview feed serves listeners best: simulated days, and a replay of what was logged.

``python tests/bench/bench_taste.py [--listeners 10] [--days 30] [--seed 100]`` prints, for each kind of listener and
all together:

- *finished min*: minutes of cards heard to the end in a session of 20 cards, each ranker with its own history, from the
  sixth day on (before, all are guessing), and the first five days apart (*first*).
- *nDCG@20*, *recall@20*: a log of random feeds is cut in time (first three quarters are learnt from); of the cards that
  were shown in the last quarter, are those that were finished on top? (gain 1, liked or opened 2)
- *coverage*: share of all shows in anybody's best 20 of the whole catalogue; *novelty*: mean -log2 of a card's share of
  finishes; *variety*: 1 - mean likeness of meaning within the best 20.

After ± stands half of the 95 % interval (bootstrap over listeners); the last lines compare the shipped order with each
rival, paired by listener. Seeds 1 to 49 were for choosing numbers, from 100 on for the table. Exit code 1 when the
shipped order does not beat newest-first and nearest neighbours on nDCG and minutes, or covers less than the latter.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from podmix.lab.taste_logs import TasteLog, save_log
from podmix.taste.feed import arrange, numbers_of
from podmix.taste.preference import Things
from tests.bench.bench_taste_catalogue import CACHE, World, make_world
from tests.bench.bench_taste_listeners import KINDS, Hidden, Listener
from tests.bench.bench_taste_rankers import RANKERS, Greedy, History, Popular, Ranker, Shipped

FEED = 20
BEGIN = 330.0
WARM = 5
LOG_DAYS = 48


def simulate(world: World, hidden: Hidden, ranker: Ranker, kind: str, seed: int, days: int) -> np.ndarray:
    """Finished minutes a day ``(days,)``."""
    listener = Listener(hidden, kind, seed, days)
    history, seen = History(), np.zeros(len(world.texts), bool)
    found = np.zeros(days)
    for day in range(days):
        now = BEGIN + day
        listener.begin(day)
        appeal = listener.appeal(now - world.days)
        allowed = np.flatnonzero((world.days <= now) & ~seen)
        heard = listener.hear(ranker.order(history, allowed, now, FEED), appeal)
        for one in heard:
            seen[one.index] = True
            history.add(one, now)
        found[day] = sum(one.finished for one in heard)
    return found


def logged(world: World, hidden: Hidden, kind: str, seed: int) -> tuple[History, list[set[int]]]:
    """What a listener did with random feeds, and which cards were shown after three quarters of the time."""
    rng = np.random.default_rng([seed, 7])
    listener = Listener(hidden, kind, seed, LOG_DAYS)
    history, seen = History(), np.zeros(len(world.texts), bool)
    for day in range(LOG_DAYS):
        now = BEGIN + day
        listener.begin(day)
        allowed = np.flatnonzero((world.days <= now) & ~seen)
        feed = [int(i) for i in rng.choice(allowed, FEED, replace=False)]
        for one in listener.hear(feed, listener.appeal(now - world.days)):
            seen[one.index] = True
            history.add(one, now)
    return history, [set(np.flatnonzero(seen).tolist())]


def write_logs(world: World, hidden: Hidden, kinds: Sequence[str], listeners: int, seed: int, folder: Path) -> None:
    """What the listeners did with random feeds, as the lab reads it."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind in kinds:
        for number in range(listeners):
            history, _ = logged(world, hidden, kind, seed + number)
            day = np.array(history.day)
            described = Shipped(world, hidden, seed).things(BEGIN)
            rows = described.rows(np.array(history.index, np.intp))
            ages = (day - world.days[history.index]) * 86_400.0
            things = Things(rows.vectors, rows.names, numbers_of(ages, hidden.score[history.index]))
            save_log(folder, TasteLog(f"{kind}-{seed + number}", things, np.array(history.value),
                                      np.array(history.weight), day * 86_400.0))


def split(history: History) -> tuple[History, History]:
    cut = BEGIN + LOG_DAYS * 0.75
    parts = (History(), History())
    for row in zip(history.index, history.value, history.weight, history.day, strict=True):
        part = parts[row[3] >= cut]
        for name, value in zip(("index", "value", "weight", "day"), row, strict=True):
            getattr(part, name).append(value)
    return parts


def replayed(world: World, ranker: Ranker, past: History, future: History, share: np.ndarray) -> dict[str, object]:
    now = BEGIN + LOG_DAYS * 0.75
    scores = ranker.scores(past, now)
    shown = np.array(future.index)
    gains = np.array([2.0 if v > 0.9 else 1.0 if v > 0.5 else 0.0 for v in future.value])
    order = np.argsort(-scores[shown], kind="stable")[:FEED]
    discount = 1 / np.log2(np.arange(FEED) + 2)
    ideal = (np.sort(gains)[::-1][:FEED] * discount[:len(gains)][:FEED]).sum()
    best = ranker.order(past, np.flatnonzero((world.days <= now) & ~np.isin(np.arange(len(world.texts)), past.index)),
                        now, FEED)
    near = world.vectors[best] @ world.vectors[best].T
    off = near[~np.eye(len(best), dtype=bool)]
    return {"ndcg": float((gains[order] * discount[:len(order)]).sum() / ideal) if ideal else np.nan,
            "recall": float((gains[order] > 0).sum() / min(FEED, (gains > 0).sum())) if ideal else np.nan,
            "novelty": float(-np.log2(share[best]).mean()), "variety": float(1 - off.mean()),
            "shows": set(world.shows[best].tolist()), "cards": set(best)}


def interval(values: Sequence[float], rng: np.random.Generator) -> tuple[float, float]:
    """Mean and half of the 95 % bootstrap interval."""
    rows = np.array([v for v in values if np.isfinite(v)])
    means = rows[rng.integers(0, len(rows), (2000, len(rows)))].mean(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(rows.mean()), float(high - low) / 2


def measure(world: World, hidden: Hidden, kinds: Sequence[str], rankers: Sequence[type[Ranker]], listeners: int,
            days: int, seed: int) -> dict[tuple[str, str], list[dict[str, object]]]:
    """(kind, ranker) -> one row of figures a listener."""
    found: dict[tuple[str, str], list[dict[str, object]]] = {}
    for kind in kinds:
        logs = [split(logged(world, hidden, kind, seed + i)[0]) for i in range(listeners)]
        finishes = np.zeros((listeners, len(world.texts)))
        for i, (past, _) in enumerate(logs):
            finishes[i, past.good()] = 1
        share = (finishes.sum(0) + 0.5) / (finishes.sum() + 0.5 * finishes.shape[1])
        for kind_of in rankers:
            began = time.perf_counter()
            rows = []
            for i, (past, future) in enumerate(logs):
                ranker = kind_of(world, hidden, seed + i)
                if isinstance(ranker, Popular):
                    ranker.finishes = finishes.sum(0) - finishes[i]
                row = replayed(world, ranker, past, future, share)
                minutes = simulate(world, hidden, ranker, kind, seed + i, days)
                rows.append(row | {"minutes": float(minutes[WARM:].mean()), "first": float(minutes[:WARM].mean())})
            found[kind, kind_of.name] = rows
            print(f"  {kind}, {kind_of.name}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    return found


def table(world: World, found: dict[tuple[str, str], list[dict[str, object]]], kinds: Sequence[str],
          names: Sequence[str]) -> None:
    rng = np.random.default_rng(0)
    print(f"{'listener':10} {'order':26} {'finished min':>14} {'first':>6} {'nDCG@20':>14} {'recall@20':>14} "
          f"{'coverage':>8} {'novelty':>7} {'variety':>7}")
    for kind in (*kinds, "all"):
        for name in names:
            rows = [row for one in (kinds if kind == "all" else [kind]) for row in found[one, name]]
            cells = [interval([float(row[key]) for row in rows], rng)  # type: ignore[arg-type]
                     for key in ("minutes", "first", "ndcg", "recall", "novelty", "variety")]
            shows = set().union(*(row["shows"] for row in rows))  # type: ignore[arg-type]
            (m, me), (f, _), (n, ne), (r, re), (v, _), (y, _) = cells
            print(f"{kind:10} {name:26} {m:6.2f} ± {me:5.2f} {f:6.2f} {n:6.3f} ± {ne:5.3f} {r:6.3f} ± {re:5.3f} "
                  f"{len(shows) / (world.shows.max() + 1):8.2f} {v:7.2f} {y:7.2f}")


def coverage(found: dict[tuple[str, str], list[dict[str, object]]], kinds: Sequence[str], name: str) -> float:
    """Mean over kinds of the number of shows in anybody's best 20."""
    return float(np.mean([len(set().union(*(row["shows"] for row in found[kind, name])))  # type: ignore[arg-type]
                          for kind in kinds]))


def compare(found: dict[tuple[str, str], list[dict[str, object]]], kinds: Sequence[str], names: Sequence[str]) -> bool:
    """Paired differences; True where the shipped order is better than newest-first and nearest neighbours."""
    rng, good = np.random.default_rng(0), True
    for name in names:
        if name == Shipped.name:
            continue
        line = []
        for key in ("minutes", "ndcg"):
            pairs = [float(a[key]) - float(b[key])  # type: ignore[arg-type]
                     for kind in kinds for a, b in zip(found[kind, Shipped.name], found[kind, name], strict=True)]
            mean, half = interval(pairs, rng)
            line.append(f"{key} {mean:+.3f} ± {half:.3f}")
            if name in ("newest first", "nearest neighbours") and mean - half <= 0:
                good = False
        line.append(f"shows covered {coverage(found, kinds, Shipped.name):.0f} : {coverage(found, kinds, name):.0f}")
        print(f"shipped against {name}: {'; '.join(line)}")
    if "nearest neighbours" in names and coverage(found, kinds, Shipped.name) < coverage(found, kinds,
                                                                                       "nearest neighbours"):
        good = False
    return good


def ranking_time(world: World) -> None:
    """20,000 candidates, everything but fitting."""
    from podmix.taste.feed import SLOPES, START, numbers_of, uncertainty
    from podmix.taste.preference import Things, fit

    rng = np.random.default_rng(0)
    vectors = np.tile(world.vectors, (4, 1))[:20_000]
    things = Things(vectors, rng.integers(0, 2_000, (20_000, 4)).astype(np.intp),
                    numbers_of(rng.uniform(0, 1e7, 20_000), rng.uniform(0, 1, 20_000)))
    heard = rng.choice(20_000, 500, replace=False)
    began = time.perf_counter()
    liking = fit(things.rows(heard), rng.random(500), np.ones(500), rng.uniform(0, 1e6, 500), start=START,
                 slopes=SLOPES)
    fitted = time.perf_counter() - began
    spent = []
    for _ in range(9):
        began, busy = time.perf_counter(), time.process_time()
        scores, nearest = liking.judge(things)
        arrange(scores, uncertainty(things, nearest, frozenset(range(50))), vectors, groups=things.names[:, 0],
                episodes=np.arange(20_000) // 3, count=50, rng=rng)
        spent.append((time.perf_counter() - began, time.process_time() - busy))
    wall, busy = (sorted(s[i] for s in spent)[4] for i in (0, 1))
    print(f"ranking 20,000 candidates: {wall * 1000:.0f} ms (median of 9; processor {busy * 1000:.0f} ms, limit 50); "
          f"learning from 500 reactions before: {fitted * 1000:.0f} ms")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--listeners", type=int, default=10)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=100)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--logs", type=Path, help="write the listeners' logs there for “podmix train taste”, and end")
    parser.add_argument("--rankers", default="", help="names, comma separated; all")
    arguments = parser.parse_args()
    world = make_world(arguments.cache)
    hidden = Hidden(world, seed=arguments.seed)
    kinds = arguments.kinds.split(",")
    if arguments.logs:
        write_logs(world, hidden, kinds, arguments.listeners, arguments.seed, arguments.logs)
        return 0
    rankers = [*RANKERS, Greedy]
    if arguments.rankers:
        rankers = [one for one in rankers if any(word in one.name for word in arguments.rankers.split(","))]
    print(f"{arguments.listeners} listeners of each of {len(kinds)} kinds, {arguments.days} days, seeds from "
          f"{arguments.seed}; {len(world.texts)} previews")
    found = measure(world, hidden, kinds, rankers, arguments.listeners, arguments.days, arguments.seed)
    names = [one.name for one in rankers]
    table(world, found, kinds, names)
    good = compare(found, kinds, names) if Shipped in rankers else True
    ranking_time(world)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
