# SPDX-License-Identifier: GPL-3.0-or-later
"""A job as the tray shows it."""

from __future__ import annotations

from podmix.app.views import JobCard
from podmix.jobs.types import Job


def job_card(job: Job) -> JobCard:
    progress = job.progress
    message, remedy = job.error or ("", "")
    return JobCard(
        job_id=int(job.id),
        kind=job.kind,
        title=job.title,
        state=str(job.state),
        fraction=progress.fraction if progress else None,
        note=progress.note if progress else "",
        seconds_left=job.seconds_left,
        problem=message,
        remedy=remedy,
        subject=job.subject,
    )
