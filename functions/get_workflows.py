"""The handler of ``GET`` and ``POST /get-workflows``: what a task can be transferred to."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from chat_transfer.http.problems import Problem
from chat_transfer.http.request import has_body, read_fields, token_of
from chat_transfer.http.resolver import answer, http_api, json_response, log_problem
from chat_transfer.runtime import Runtime
from chat_transfer.transfer.answers import answer_to
from chat_transfer.twilio.failures import TwilioFailure
from chat_transfer.twilio.retries import Budget

logger = Logger()
tracer = Tracer()
metrics = Metrics()
runtime = cache(Runtime)


def _report(problem: Problem) -> None:
    log_problem("workflows not listed", problem)
    if problem.code == "twilio_credentials":
        runtime().forget_credentials()


app = http_api(_report)


@app.get("/get-workflows")
@app.post("/get-workflows")
def get_workflows() -> Response[str]:
    """List the workflows of the workspace for a caller with a valid token.

    They are sorted by name without regard to case, then by SID. The stack's own transfer workflow
    is no target, so it is left out.
    """
    event = app.current_event
    fields: Mapping[str, Any] = read_fields(event) if has_body(event) else {}
    token = token_of(event, fields)
    budget = Budget.of_invocation(app.lambda_context.get_remaining_time_in_millis())
    budget.release_undo()
    try:
        twilio = runtime().twilio(budget)
        twilio.caller(token)
        workflows = twilio.taskrouter.workflows()
    except TwilioFailure as failure:
        raise answer_to(failure, rolled_back=None) from failure
    targets = [one for one in workflows if one.sid != runtime().settings.transfer_workflow_sid]
    targets.sort(key=lambda one: (one.friendly_name.casefold(), one.sid))
    return json_response(
        {"workflows": [{"sid": one.sid, "friendlyName": one.friendly_name} for one in targets]}
    )


@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(
    correlation_id_path=correlation_paths.API_GATEWAY_HTTP, clear_state=True
)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of API Gateway, payload format 2.0."""
    return answer(app, event, context)
