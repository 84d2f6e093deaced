"""When runs start by the clock."""

import dagster as dg

from orchestration.jobs import deliver_alerts, inbox_to_release
from orchestration.partitions import periods, range_tags


@dg.schedule(
    job=inbox_to_release,
    cron_schedule="0 2 * * *",
    execution_timezone="Asia/Ho_Chi_Minh",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every night: deadlines pass and decisions are taken also on days when nothing is filed.",
)
def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Ask for a run over all periods."""
    known = context.instance.get_dynamic_partitions(str(periods.name))
    if not known:
        return dg.SkipReason("No period is known yet; the first submission brings them.")
    return dg.RunRequest(tags=dict(range_tags(known)))


@dg.schedule(
    job=deliver_alerts,
    cron_schedule="0 7 * * *",
    execution_timezone="Asia/Ho_Chi_Minh",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Every morning: reminders of deadlines. Off until it is turned on, for it writes to people.",
)
def morning_alerts() -> dg.RunRequest:
    """Ask for a delivery, which looks at the deadlines first."""
    return dg.RunRequest()
