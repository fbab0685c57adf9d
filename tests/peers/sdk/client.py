"""What the Microsoft Graph SDK makes of a server: updates sent by it, and what it parsed of the answers, as JSON.

Runs apart from the suite, with the SDK on its path alone: `python client.py URL TOKEN ID`.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

from azure.core.credentials import AccessToken
from msgraph_beta import GraphServiceClient
from msgraph_beta.generated.models.initiator import Initiator
from msgraph_beta.generated.models.initiator_type import InitiatorType
from msgraph_beta.generated.models.o_data_errors.o_data_error import ODataError
from msgraph_beta.generated.models.provisioning_object_summary import ProvisioningObjectSummary
from msgraph_beta.generated.models.provisioning_service_principal import ProvisioningServicePrincipal
from msgraph_beta.generated.models.provisioning_step import ProvisioningStep
from msgraph_beta.generated.models.provisioning_step_type import ProvisioningStepType


class Credential:
    """Gives one token, as azure-identity's credentials do."""

    def __init__(self, token: str) -> None:
        self.token = token

    def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
        return AccessToken(self.token, int(time.time()) + 3600)


def client(url: str, token: str) -> GraphServiceClient:
    made = GraphServiceClient(credentials=Credential(token), scopes=["https://graph.microsoft.com/.default"])
    made.request_adapter.base_url = url
    return made


def paths(made: GraphServiceClient, entity: str) -> dict[str, Any]:
    logs = made.audit_logs
    return {
        "provisioning": logs.provisioning.by_provisioning_object_summary_id(entity),
        "directoryProvisioning": logs.directory_provisioning.by_provisioning_object_summary_id(entity),
    }


def told(summary: ProvisioningObjectSummary | None) -> Any:
    """What was parsed, as far as it was sent."""
    if summary is None:
        return None
    return {
        "type": type(summary).__name__,
        "id": summary.id,
        "changeId": summary.change_id,
        "durationInMilliseconds": summary.duration_in_milliseconds,
        "activityDateTime": summary.activity_date_time and summary.activity_date_time.isoformat(),
        "servicePrincipal": summary.service_principal and summary.service_principal.display_name,
        "initiatorType": summary.initiated_by and summary.initiated_by.initiator_type,
        "steps": [[step.name, step.provisioning_step_type] for step in summary.provisioning_steps or ()],
    }


async def refused(send: Any) -> Any:
    """The error that a request is answered with, as the SDK parsed it."""
    try:
        await send
    except ODataError as error:
        main = error.error
        return [error.response_status_code, main.code if main else None, bool(main and main.message)]
    return None


async def main(url: str, token: str, entity: str) -> None:
    found: dict[str, Any] = {}
    made = client(url, token)
    for name, item in paths(made, entity).items():
        sent = ProvisioningObjectSummary(
            change_id=f"by way of {name}",
            duration_in_milliseconds=4711,
            activity_date_time=datetime(2021, 3, 4, 5, 6, 7, 123000, tzinfo=UTC),
            service_principal=ProvisioningServicePrincipal(display_name="Contoso"),
            initiated_by=Initiator(initiator_type=InitiatorType.System),
            provisioning_steps=[ProvisioningStep(name="one", provisioning_step_type=ProvisioningStepType.Export)],
        )
        answered = await item.patch(sent)
        found[name] = told(answered)
        # what a program does that changes one thing of what it has read
        answered.change_id = "read, modified, written"
        found[f"{name} again"] = told(await item.patch(answered))
    nowhere = paths(made, "00000000-0000-4000-8000-000000000000")["provisioning"]
    found["unknown id"] = await refused(nowhere.patch(ProvisioningObjectSummary(change_id="x")))
    stranger = paths(client(url, "no-such-token"), entity)["provisioning"]
    found["wrong token"] = await refused(stranger.patch(ProvisioningObjectSummary(change_id="x")))
    json.dump(found, sys.stdout, default=str)


asyncio.run(main(*sys.argv[1:]))
