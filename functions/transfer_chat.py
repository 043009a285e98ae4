"""The handler of ``POST /transfer-chat`` and ``/transfers``: hands a chat to an agent or a queue.

From here each request goes to `chat_transfer.transfer.requests`.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from chat_transfer.http.problems import Problem
from chat_transfer.http.request import (
    OfferRequest,
    leave_request,
    offer_request,
    token_of,
    transfer_request,
)
from chat_transfer.http.resolver import answer, http_api, json_response, log_problem
from chat_transfer.metrics import transfer_failed, transfer_succeeded
from chat_transfer.runtime import Runtime
from chat_transfer.tracing import traced
from chat_transfer.transfer import offers, requests
from chat_transfer.transfer.offer_list import list_offers, list_under_way
from chat_transfer.transfer.offered import Offer
from chat_transfer.transfer.table import Table
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.retries import Budget

logger = Logger()
metrics = Metrics()
runtime = cache(Runtime)


def _report(problem: Problem) -> None:
    log_problem("not transferred", problem)
    is_transfer = app.current_event.path == "/transfer-chat"
    if is_transfer and problem.code != "token_missing":  # the canary sends none, nor do scanners
        transfer_failed(problem.code, rolled_back=problem.rolled_back)
    if problem.code == "twilio_credentials":
        runtime().forget_credentials()


app = http_api(_report)


@app.post("/transfer-chat")
def transfer_chat() -> Response[str]:
    """Transfer a task; answer with the SID of the new one, 202 if it is offered."""
    request = transfer_request(app.current_event)
    logger.append_keys(task_sid=request.task_sid, target_sid=request.target.sid)
    logger.info("transfer begins", when=request.hand_over)
    budget = _budget(may_undo=True)
    table = runtime().table(app.lambda_context)
    done = requests.transfer(request, table, lambda: runtime().twilio(budget))
    if done.state:
        logger.info(done.state, new_task_sid=done.task_sid)
        body = {"taskSid": done.task_sid, "state": done.state}
        return json_response(body, HTTPStatus.ACCEPTED)
    logger.info("transferred", new_task_sid=done.task_sid)
    transfer_succeeded()
    return json_response({"taskSid": done.task_sid})


@app.get("/transfers")
def read_offers() -> Response[str]:
    """List the caller's offers, the open ones and those just ended; with ``?all`` everybody's."""
    token = token_of(app.current_event, {})
    lists = list_under_way if "all" in app.current_event.query_string_parameters else list_offers
    budget = _budget(may_undo=False)
    table = runtime().table(app.lambda_context)
    listed = lists(token, table, lambda: runtime().twilio(budget))
    logger.debug("offers", listed=len(listed))  # a line for each poll would be most of the log
    return json_response({"transfers": [_as_body(offer) for offer in listed]})


@app.get("/transfers/<task_sid>")
def read_offer(task_sid: str) -> Response[str]:
    """Tell what became of an offer, by the SID of the original task."""
    return _of_offer(offer_request(app.current_event, task_sid), offers.read_offer)


@app.post("/transfers/<task_sid>")
def leave(task_sid: str) -> Response[str]:
    """Leave the customer to the agent who has joined, by the SID of the original task."""
    return _of_offer(leave_request(app.current_event, task_sid), offers.leave)


@app.delete("/transfers/<task_sid>")
def take_back(task_sid: str) -> Response[str]:
    """Take an offer back, or send away who has joined, by the SID of the original task."""
    return _of_offer(offer_request(app.current_event, task_sid), offers.take_back)


def _of_offer(
    request: OfferRequest, act: Callable[[OfferRequest, Table, Callable[[], Twilio]], Offer]
) -> Response[str]:
    logger.append_keys(task_sid=request.task_sid)
    budget = _budget(may_undo=False)
    table = runtime().table(app.lambda_context)
    offer = act(request, table, lambda: runtime().twilio(budget))
    logger.info("offer", new_task_sid=offer.new_task_sid, state=offer.state)
    return json_response(_as_body(offer))


def _budget(*, may_undo: bool) -> Budget:
    remaining_ms = app.lambda_context.get_remaining_time_in_millis()
    return Budget.of_invocation(remaining_ms, may_undo=may_undo)


def _as_body(offer: Offer) -> dict[str, Any]:
    since = datetime.fromtimestamp(offer.since / 1000, UTC).isoformat(timespec="milliseconds")
    people = {"heldBySid": offer.held_by, "acceptedBySid": offer.accepted_by}
    return {
        "taskSid": offer.task_sid,
        "newTaskSid": offer.new_task_sid,
        "targetSid": offer.target_sid,
        "state": offer.state,
        "since": since.replace("+00:00", "Z"),
        **{name: sid for name, sid in people.items() if sid},
    }


@metrics.log_metrics
@traced
@logger.inject_lambda_context(
    correlation_id_path=correlation_paths.API_GATEWAY_HTTP, clear_state=True
)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of API Gateway, payload format 2.0."""
    return answer(app, event, context)
