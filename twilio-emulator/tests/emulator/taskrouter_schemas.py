"""TaskRouter's resources, by the tables below https://www.twilio.com/docs/taskrouter/api."""

from emulator.schemas import (
    DATES,
    NUMBER,
    TEXT,
    TIME,
    TRUTH,
    URL,
    links,
    maybe,
    one_of,
    only,
    sid,
)

STATISTICS = "statistics real_time_statistics cumulative_statistics"
IN_WORKSPACE = {"account_sid": sid("AC"), "workspace_sid": sid("WS"), "url": URL, **DATES}

A_WORKSPACE = only(
    sid=sid("WS"),
    account_sid=sid("AC"),
    friendly_name=TEXT,
    default_activity_sid=sid("WA"),
    default_activity_name=TEXT,
    timeout_activity_sid=sid("WA"),
    timeout_activity_name=TEXT,
    event_callback_url=maybe(URL),
    events_filter=maybe(TEXT),
    multi_task_enabled=TRUTH,
    prioritize_queue_order=one_of("FIFO", "LIFO"),
    url=URL,
    links=links(
        f"{STATISTICS} activities task_queues tasks workers workflows task_channels events"
    ),
    **DATES,
)
AN_ACTIVITY = only(
    **IN_WORKSPACE,
    sid=sid("WA"),
    friendly_name=TEXT,
    available=TRUTH,
    links=links("workspace"),
)
A_WORKER = only(
    **IN_WORKSPACE,
    sid=sid("WK"),
    friendly_name=TEXT,
    activity_sid=sid("WA"),
    activity_name=TEXT,
    attributes=maybe(TEXT),
    available=TRUTH,
    date_status_changed=TIME,
    links=links(
        f"{STATISTICS} channels worker_channels reservations worker_statistics activity workspace"
    ),
)
A_WORKER_CHANNEL = only(
    **IN_WORKSPACE,
    sid=sid("WC"),
    worker_sid=sid("WK"),
    task_channel_sid=sid("TC"),
    task_channel_unique_name=TEXT,
    assigned_tasks=NUMBER,
    available=TRUTH,
    available_capacity_percentage=NUMBER,
    configured_capacity=NUMBER,
)
A_TASK_QUEUE = only(
    **IN_WORKSPACE,
    sid=sid("WQ"),
    friendly_name=TEXT,
    target_workers=TEXT,
    max_reserved_workers=NUMBER,
    task_order=one_of("FIFO", "LIFO"),
    reservation_activity_sid=maybe(sid("WA")),
    reservation_activity_name=maybe(TEXT),
    assignment_activity_sid=maybe(sid("WA")),
    assignment_activity_name=maybe(TEXT),
    links=links(
        f"{STATISTICS} list_statistics bulk_real_time_statistics assignment_activity"
        " reservation_activity workspace"
    ),
)
A_WORKFLOW = only(
    **IN_WORKSPACE,
    sid=sid("WW"),
    friendly_name=TEXT,
    configuration=TEXT,
    document_content_type=one_of("application/json"),
    task_reservation_timeout=NUMBER,
    assignment_callback_url=maybe(URL),
    fallback_assignment_callback_url=maybe(URL),
    links=links(STATISTICS),
)
A_TASK = only(
    **IN_WORKSPACE,
    sid=sid("WT"),
    age=NUMBER,
    assignment_status=one_of(
        "pending", "reserved", "assigned", "canceled", "wrapping", "completed"
    ),
    attributes=maybe(TEXT),
    addons=TEXT,
    priority=NUMBER,
    reason=maybe(TEXT),
    timeout=NUMBER,
    task_queue_sid=maybe(sid("WQ")),
    task_queue_friendly_name=maybe(TEXT),
    task_queue_entered_date=maybe(TIME),
    task_channel_sid=sid("TC"),
    task_channel_unique_name=TEXT,
    workflow_sid=maybe(sid("WW")),
    workflow_friendly_name=maybe(TEXT),
    virtual_start_time=TIME,
    ignore_capacity=TRUTH,
    routing_target=maybe(sid("W[KQW]")),
    links=links("task_queue workflow workspace reservations"),
)
A_RESERVATION = only(
    **IN_WORKSPACE,
    sid=sid("WR"),
    task_sid=sid("WT"),
    worker_sid=sid("WK"),
    worker_name=TEXT,
    reservation_status=one_of(
        "pending",
        "accepted",
        "rejected",
        "timeout",
        "canceled",
        "rescinded",
        "wrapping",
        "completed",
    ),
    links=links("task worker workspace"),
)
QUEUE_STATISTICS = only(
    account_sid=sid("AC"),
    workspace_sid=sid("WS"),
    url=URL,
    task_queue_sid=sid("WQ"),
    longest_task_waiting_age=NUMBER,
    longest_task_waiting_sid=maybe(sid("WT")),
    longest_relative_task_age_in_queue=NUMBER,
    longest_relative_task_sid_in_queue=maybe(sid("WT")),
    tasks_by_priority={"type": "object"},
    tasks_by_status=only(reserved=NUMBER, pending=NUMBER, assigned=NUMBER, wrapping=NUMBER),
    total_tasks=NUMBER,
    total_eligible_workers=NUMBER,
    total_available_workers=NUMBER,
    activity_statistics={
        "type": "array",
        "items": only(sid=sid("WA"), friendly_name=TEXT, workers=NUMBER),
    },
)
A_TASK_CHANNEL = only(
    **IN_WORKSPACE,
    sid=sid("TC"),
    friendly_name=TEXT,
    unique_name=TEXT,
    channel_optimized_routing=TRUTH,
    links=links("workspace"),
)
