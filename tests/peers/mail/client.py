"""What the Microsoft Graph SDK does with mail and to-do lists: pages, changes, an action, a delta round, a batch.

Runs apart from the suite, with the SDK on its path alone: `python client.py URL TOKEN`; writes what it saw as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

from azure.core.credentials import AccessToken
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphServiceClient
from msgraph.generated.models.message import Message
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.todo_task import TodoTask
from msgraph.generated.models.todo_task_list import TodoTaskList
from msgraph.generated.users.item.messages.item.copy.copy_post_request_body import CopyPostRequestBody
from msgraph.generated.users.item.messages.messages_request_builder import MessagesRequestBuilder
from msgraph_core.requests.batch_request_builder import BatchRequestBuilder
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem
from msgraph_core.tasks.page_iterator import PageIterator

Options = MessagesRequestBuilder.MessagesRequestBuilderGetQueryParameters


class Credential:
    """Gives one token, as azure-identity's credentials do."""

    def __init__(self, token: str) -> None:
        self.token = token

    def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
        return AccessToken(self.token, int(time.time()) + 3600)


async def subjects(made: GraphServiceClient, options: Any) -> list[str]:
    """The subjects of all messages that are asked for, page by page."""
    found: list[str] = []
    first = await made.me.messages.get(request_configuration=RequestConfiguration(query_parameters=options))

    def take(message: Message) -> bool:
        found.append(message.subject)
        return True

    await PageIterator(first, made.request_adapter).iterate(take)
    return found


async def mail(made: GraphServiceClient) -> dict[str, Any]:
    posted = [await made.me.messages.post(Message(subject=f"letter {n}", is_read=n == 2)) for n in range(5)]
    one = posted[2]
    patched = await made.me.messages.by_message_id(one.id).patch(Message(subject="letter two"))
    read = await made.me.messages.by_message_id(one.id).get()
    everything = [each for each in await subjects(made, Options(top=2)) if str(each).startswith("letter")]
    filtered = await subjects(made, Options(filter="subject eq 'letter two'"))
    copied = await made.me.messages.by_message_id(one.id).copy.post(CopyPostRequestBody(destination_id="inbox"))
    again = await made.me.messages.by_message_id(copied.id).get()
    return {
        "posted": [each.subject for each in posted],
        "patched": patched.subject,
        "read": [read.subject, read.is_read],
        "everything": sorted(everything),
        "filtered": filtered,
        "copied": [copied.id != one.id, again.id == copied.id],
    }


async def delta(made: GraphServiceClient) -> dict[str, Any]:
    async def round_of(page: Any) -> tuple[dict[str, Any], str]:
        seen: dict[str, Any] = {}
        while True:
            for each in page.value:
                seen[each.id] = "removed" if "@removed" in each.additional_data else each.subject
            if page.odata_delta_link:
                return seen, page.odata_delta_link
            page = await made.me.messages.delta.with_url(page.odata_next_link).get()

    first, link = await round_of(await made.me.messages.delta.get())
    born = await made.me.messages.post(Message(subject="born"))
    gone, changed = list(first)[:2]
    await made.me.messages.by_message_id(gone).delete()
    await made.me.messages.by_message_id(changed).patch(Message(subject="changed"))
    second, link = await round_of(await made.me.messages.delta.with_url(link).get())
    third, _ = await round_of(await made.me.messages.delta.with_url(link).get())
    told = {born.id: "born", gone: "removed", changed: "changed"}
    return {"first": len(first), "second": second == told, "third": third}


async def todo(made: GraphServiceClient) -> dict[str, Any]:
    errands = await made.me.todo.lists.post(TodoTaskList(display_name="Errands of today"))
    tasks = made.me.todo.lists.by_todo_task_list_id(errands.id).tasks
    bread = await tasks.post(TodoTask(title="Bread"))
    listed = await tasks.get()
    await tasks.by_todo_task_id(bread.id).delete()
    left = await tasks.get()
    await made.me.todo.lists.by_todo_task_list_id(errands.id).delete()
    try:
        await made.me.todo.lists.by_todo_task_list_id(errands.id).get()
        status = 200
    except ODataError as error:
        status = error.response_status_code
    return {"listed": [each.title for each in listed.value], "left": len(left.value), "gone": status}


async def batch(made: GraphServiceClient) -> dict[str, Any]:
    new = made.me.todo.lists.to_post_request_information(TodoTaskList(display_name="By batch"))
    listed = made.me.todo.lists.to_get_request_information()
    nothing = made.me.todo.lists.by_todo_task_list_id("nothing").to_get_request_information()
    for request in (new, listed, nothing):
        request.path_parameters["baseurl"] = made.request_adapter.base_url
    first = BatchRequestItem(new, id="new")
    items = [first, BatchRequestItem(listed, id="listed", depends_on=[first]), BatchRequestItem(nothing, id="nothing")]
    content = BatchRequestContent({each.id: each for each in items})
    answer = await BatchRequestBuilder(made.request_adapter).post(content)
    return {each: answer.get_response_by_id(each).status for each in ("new", "listed", "nothing")}


async def main(url: str, token: str) -> None:
    made = GraphServiceClient(credentials=Credential(token), scopes=["https://graph.microsoft.com/.default"])
    made.request_adapter.base_url = url
    parts = {"mail": mail, "todo": todo, "delta": delta, "batch": batch}
    found = {name: await part(made) for name, part in parts.items()}
    json.dump(found, sys.stdout, default=str)


asyncio.run(main(*sys.argv[1:]))
