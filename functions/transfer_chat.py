"""The handler of ``POST /transfer-chat``: hands a chat or an SMS to an agent, queue or workflow.

From here the request goes to `chat_transfer.transfer.order`.
"""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from chat_transfer.http.problems import Problem
from chat_transfer.http.request import transfer_request
from chat_transfer.http.resolver import answer, http_api, json_response, log_problem
from chat_transfer.metrics import transfer_failed, transfer_succeeded
from chat_transfer.runtime import Runtime
from chat_transfer.transfer.order import transfer
from chat_transfer.twilio.retries import Budget

logger = Logger()
tracer = Tracer()
metrics = Metrics()
runtime = cache(Runtime)


def _report(problem: Problem) -> None:
    log_problem("not transferred", problem)
    if problem.code != "token_missing":  # the canary sends none, nor do scanners
        transfer_failed(problem.code, rolled_back=problem.rolled_back)
    if problem.code == "twilio_credentials":
        runtime().forget_credentials()


app = http_api(_report)


@app.post("/transfer-chat")
def transfer_chat() -> Response[str]:
    """Transfer a task; answer with the SID of the new one."""
    request = transfer_request(app.current_event)
    logger.append_keys(task_sid=request.task_sid, target_sid=request.target.sid)
    budget = Budget.of_invocation(app.lambda_context.get_remaining_time_in_millis())
    record = runtime().record(app.lambda_context, budget)
    done = transfer(request, record, lambda: runtime().twilio(budget))
    logger.info("transferred", new_task_sid=done.task_sid)
    transfer_succeeded()
    return json_response({"taskSid": done.task_sid})


@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(
    correlation_id_path=correlation_paths.API_GATEWAY_HTTP, clear_state=True
)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of API Gateway, payload format 2.0."""
    return answer(app, event, context)
