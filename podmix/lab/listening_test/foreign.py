# SPDX-License-Identifier: GPL-3.0-or-later
"""The same test for other programs: a configuration of webMUSHRA (YAML) and tasks of Label Studio (JSON).

Only settings are written; the programs are not shipped. webMUSHRA's page of items needs a reference: it is the first
system's clip. Clips are named as in the exported folder.
"""

from __future__ import annotations

import json
from typing import Any

from podmix.lab.listening_test.plan import ANCHOR, Plan


def _by_item(plan: Plan) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, one in sorted(plan.names.items()):
        if one.system != ANCHOR:
            found.setdefault(one.item, []).append(name)
    return found


def webmushra(plan: Plan, *, folder: str = "clips", suffix: str = ".wav") -> str:
    """YAML; strings are written as JSON strings, which YAML reads alike."""
    quote = json.dumps
    lines = [f"testname: {quote(plan.options.title)}", f"testId: {quote(plan.test_id)}", "bufferSize: 2048",
             "stopOnErrors: true", "showButtonPreviousPage: true", "remoteService: \"service/write.php\"", "pages:",
             "  - type: generic", "    id: first", f"    name: {quote(plan.options.title)}",
             f"    content: {quote(plan.options.introduction)}", "  - - random"]
    for at, (_, names) in enumerate(sorted(_by_item(plan).items())):
        lines += ["    - type: mushra", f"      id: {quote(f'page{at}')}", f"      name: {quote(f'Item {at + 1}')}",
                  "      content: \"Rate each clip.\"", "      showWaveform: false", "      enableLooping: true",
                  f"      reference: {quote(f'{folder}/{names[0]}{suffix}')}", "      createAnchor35: true",
                  "      createAnchor70: false", "      stimuli:"]
        lines += [f"        {name}: {quote(f'{folder}/{name}{suffix}')}" for name in names[1:] or names]
    lines += ["  - type: finish", "    name: \"Thank you\"", "    content: \"Your answers were kept.\"",
              "    showResults: false", "    writeResults: true"]
    return "\n".join(lines) + "\n"


def label_studio(plan: Plan, *, base: str = "/data/local-files/?d=clips", suffix: str = ".ogg") -> dict[str, Any]:
    """``config`` (XML of the labelling page) and ``tasks`` (a list to import)."""
    from xml.sax.saxutils import quoteattr

    ratings = "".join(f"<Header value={quoteattr(scale.question)}/><Rating name={quoteattr(scale.name)} "
                      "toName=\"clip\" maxRating=\"5\"/>" for scale in plan.options.scales)
    config = (f"<View><Audio name=\"clip\" value=\"$audio\"/>{ratings}"
              "<TextArea name=\"comment\" toName=\"clip\"/></View>")
    tasks = [{"data": {"audio": f"{base}/{question.clips[0]}{suffix}", "question": question.question_id,
                       "test_id": plan.test_id}} for question in plan.questions if question.kind == "rate"]
    return {"config": config, "tasks": tasks}
