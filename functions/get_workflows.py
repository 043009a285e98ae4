"""The handler of ``/get-workflows`` and ``/transfer-targets``: where a task can be transferred."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from chat_transfer.http.body import has_body, read_fields
from chat_transfer.http.problems import Problem
from chat_transfer.http.request import task_asked_about, token_of
from chat_transfer.http.resolver import answer, http_api, json_response, log_problem
from chat_transfer.runtime import Runtime
from chat_transfer.targets import availability, lists
from chat_transfer.tracing import traced
from chat_transfer.transfer.answers import answer_to
from chat_transfer.twilio.agents import Caller
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.failures import TwilioFailure
from chat_transfer.twilio.retries import Budget

logger = Logger()
metrics = Metrics()
runtime = cache(Runtime)


def _report(problem: Problem) -> None:
    log_problem("targets not listed", problem)
    if problem.code == "twilio_credentials":
        runtime().forget_credentials()


app = http_api(_report)


@app.get("/get-workflows")
@app.post("/get-workflows")
def get_workflows() -> Response[str]:
    """List the workflows of the workspace for a caller with a valid token."""
    return _listed(lambda twilio, caller: {"workflows": lists.workflows(twilio, caller)})


@app.get("/transfer-targets")
def get_targets() -> Response[str]:
    """List workflows, the queues that the stack routes to, and when a task can be handed over."""
    task_sid = task_asked_about(app.current_event)

    def read(twilio: Twilio, caller: Caller) -> dict[str, Any]:
        submit = twilio.threads.submit
        asked = submit(availability.asked_by, twilio, caller, task_sid) if task_sid else None
        workflows = submit(lists.workflows, twilio, caller)
        workers = submit(availability.workers, twilio) if asked else None
        queues = lists.queues(twilio, caller, asked)
        # After the queues, which have read the capacity of the same workers.
        agents = (
            lists.agents(twilio, asked.result(), workers.result()) if asked and workers else None
        )
        return {
            "workflows": workflows.result(),
            "queues": queues,
            **({} if agents is None else {"agents": agents}),
            "handOver": twilio.settings.hand_overs,
        }

    return _listed(read)


def _listed(read: Callable[[Twilio, Caller], dict[str, Any]]) -> Response[str]:
    event = app.current_event
    fields: Mapping[str, Any] = read_fields(event) if has_body(event) else {}
    token = token_of(event, fields)
    remaining_ms = app.lambda_context.get_remaining_time_in_millis()
    budget = Budget.of_invocation(remaining_ms, may_undo=False)
    try:
        twilio = runtime().twilio(budget)
        return json_response(read(twilio, twilio.caller(token).result()))
    except TwilioFailure as failure:
        raise answer_to(failure, rolled_back=None) from failure


@metrics.log_metrics
@traced
@logger.inject_lambda_context(
    correlation_id_path=correlation_paths.API_GATEWAY_HTTP, clear_state=True
)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of API Gateway, payload format 2.0."""
    return answer(app, event, context)
