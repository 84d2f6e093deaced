"""When runs start by the clock."""

import dagster as dg

from orchestration.jobs import deliver_alerts, intake, publication
from orchestration.partitions import known_periods, tags_of_everything


@dg.schedule(
    job=intake,
    cron_schedule="0 2 * * *",
    execution_timezone="Asia/Ho_Chi_Minh",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every night: what waits is taken in, and bronze is brought up to decisions and the registry.",
)
def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Ask for a run over all periods."""
    known = known_periods(context.instance)
    if not known:
        return dg.SkipReason("No period is known yet; the first submission brings them.")
    return dg.RunRequest(tags=dict(tags_of_everything(known)))


@dg.schedule(
    job=publication,
    cron_schedule="15 2 * * *",
    execution_timezone="Asia/Ho_Chi_Minh",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every night: deadlines pass and the registry is edited also on days when nothing is filed.",
)
def nightly_publication() -> dg.RunRequest:
    """Ask for a publication; where nothing changed, the release that is up stays."""
    return dg.RunRequest()


@dg.schedule(
    job=deliver_alerts,
    cron_schedule="0 7 * * *",
    execution_timezone="Asia/Ho_Chi_Minh",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every morning: reminders of deadlines, to whom they concern.",
)
def morning_alerts() -> dg.RunRequest:
    """Ask for a delivery, which looks at the deadlines first."""
    return dg.RunRequest()
