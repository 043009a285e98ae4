"""The handler of ``GET`` and ``POST /get-workflows``: what a task can be transferred to."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from chat_transfer.budget import Budget
from chat_transfer.http_api import http_api, json_response, log_problem
from chat_transfer.outcomes import problem_of
from chat_transfer.problems import Problem
from chat_transfer.request_body import has_body, read_fields, token_of
from chat_transfer.runtime import Runtime
from chat_transfer.twilio_failures import TwilioFailure
from chat_transfer.workflow_list import list_workflows

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
    """List every workflow of the workspace for whoever has a valid token."""
    event = app.current_event
    fields: Mapping[str, Any] = read_fields(event) if has_body(event) else {}
    token = token_of(event, fields)
    budget = Budget.of_invocation(app.lambda_context.get_remaining_time_in_millis())
    budget.release_undo()
    try:
        workflows = list_workflows(runtime().settings, runtime().client(budget), budget, token)
    except TwilioFailure as failure:
        raise problem_of(failure, rolled_back=None) from failure
    return json_response(
        {"workflows": [{"sid": one.sid, "friendlyName": one.friendly_name} for one in workflows]}
    )


@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(
    correlation_id_path=correlation_paths.API_GATEWAY_HTTP, clear_state=True
)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of API Gateway, payload format 2.0."""
    return app.resolve(event, context)
