"""Refusals for programs: RFC 9457 problem details."""

from __future__ import annotations

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler

from governance_center.errors import GovernanceError


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: a :class:`GovernanceError` keeps its code, field and status."""
    if isinstance(error, GovernanceError):
        body = {"type": f"urn:governance:{error.code}", "title": str(error), "status": error.status}
        if error.field:
            body["field"] = error.field
        return Response(body, status=error.status, content_type="application/problem+json")
    response = exception_handler(error, context)
    if response is not None:
        detail = response.data if isinstance(response.data, dict) else {"errors": response.data}
        response.data = {"type": "about:blank", "status": response.status_code, **detail}
        response.content_type = "application/problem+json"
    return response
