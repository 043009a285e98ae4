"""What the endpoints share of HTTP: the resolver, and how a problem is logged and answered.

API Gateway adds the CORS headers to every answer, so none is added here
(https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html).
"""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from chat_transfer.http.problems import BadRequest, NotFound, Problem, Unauthorized, internal_error

logger = Logger(child=True)

PROBLEM_TYPE = "application/problem+json"


def http_api(report: Callable[[Problem], None]) -> APIGatewayHttpResolver:
    """Make a resolver that answers every error with a problem document.

    Parameters
    ----------
    report : callable
        Receives each problem of a route before it is answered, unexpected errors included.
    """
    app = APIGatewayHttpResolver()

    def request_id() -> str | None:
        return app.current_event.request_context.request_id

    @app.exception_handler(Problem)  # type: ignore[untyped-decorator]
    def answer_problem(problem: Problem) -> Response[str]:
        report(problem)
        return problem_response(problem, request_id())

    @app.not_found
    def answer_unknown_route(_error: Exception) -> Response[str]:
        problem = NotFound("There is no such route.", code="route_unknown")
        return problem_response(problem, request_id())

    @app.exception_handler(Exception)  # type: ignore[untyped-decorator]
    def answer_defect(error: Exception) -> Response[str]:
        logger.error("defect", exc_info=error)
        return answer_problem(internal_error())  # type: ignore[no-any-return]

    return app


def answer(app: APIGatewayHttpResolver, event: Any, context: LambdaContext) -> dict[str, Any]:
    """Answer one event; a 400 for one that is no request of API Gateway, payload format 2.0.

    Such as the empty one that ``aws lambda invoke`` sends without a payload.
    """
    if isinstance(event, dict) and "http" in (event.get("requestContext") or {}):
        return app.resolve(event, context)
    logger.warning("not an HTTP request")
    problem = BadRequest(
        "The event is no request of an HTTP API in payload format 2.0.", code="not_http"
    )
    return {
        "statusCode": int(problem.status),
        "headers": {"Content-Type": PROBLEM_TYPE},
        "body": json.dumps(problem.as_body()),
    }


def log_problem(message: str, problem: Problem) -> None:
    """Log why a request failed: as an error for 5xx, else as a warning."""
    log = logger.error if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR else logger.warning
    log(message, status=int(problem.status), code=problem.code,
        rolled_back=problem.rolled_back, agent_rejoined=problem.agent_rejoined)  # fmt: skip


def json_response(body: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Response[str]:
    """Answer with a JSON object."""
    return Response(status_code=status, content_type="application/json", body=json.dumps(body))


def problem_response(problem: Problem, request_id: str | None) -> Response[str]:
    """Answer with a problem document, https://www.rfc-editor.org/rfc/rfc9457.

    Parameters
    ----------
    request_id : str or None
        API Gateway's ID of the request, which the logs have too. An agent can read it out: the
        header with it is seen by programs alone.
    """
    headers: dict[str, str | list[str]] = {}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    if isinstance(problem, Unauthorized):
        headers["WWW-Authenticate"] = problem.challenge
    return Response(
        status_code=problem.status,
        content_type=PROBLEM_TYPE,
        headers=headers,
        body=json.dumps(problem.as_body() | ({"requestId": request_id} if request_id else {})),
    )
