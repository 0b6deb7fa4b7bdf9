"""A shopper and an expert talk through real sockets."""

from django.test import Client

from tests.chat.kit import Chat, new_id


def test_a_question_is_offered_claimed_and_answered(chat: Chat, erik: Client) -> None:
    console = chat.console(erik)
    console.send("availability", is_available=True)
    assert console.until("inbox")["inbox"]["is_available"] is True
    widget = chat.widget()
    assert widget.seen[0] | {"heartbeat_s": 25} == {
        "type": "welcome",
        "v": 1,
        "heartbeat_s": 25,
        "conversation": None,
        "marker": None,
    }

    question_id = new_id()
    page = {"url": "https://shop.example/p/tent?utm=x#top", "title": "Alder 2 tent", "sku": "TENT-2"}
    widget.send("start", client_id=question_id, text="Is it dry inside?", page=page)
    ack = widget.until("ack")
    conversation = ack["conversation"]
    assert (ack["client_id"], ack["seq"]) == (question_id, 1)
    assert widget.until("marker")["marker"] == ack["marker"]
    assert widget.events(conversation, 1)[0] == {
        "seq": 1,
        "kind": "message",
        "author": {"kind": "visitor", "name": "", "face": ""},
        "client_id": question_id,
        "text": "Is it dry inside?",
        "data": {},
        "at": widget.events(conversation, 1)[0]["at"],
    }

    waiting = console.until("inbox", lambda frame: frame["inbox"]["waiting"])["inbox"]["waiting"]
    assert [(one["conversation"], one["text"], one["reason"]) for one in waiting] == [
        (conversation, "Is it dry inside?", "You are free.")
    ]
    assert waiting[0]["page"] == {"url": "https://shop.example/p/tent", "title": "Alder 2 tent", "sku": "TENT-2"}

    console.send("claim", conversation=conversation)
    assert console.until("conversation")["conversation"]["state"] == "open"
    claimed = widget.events(conversation, 2)[1]
    line = (
        f"Erik is a customer of {chat.store.name} and earns a commission if you buy something after this conversation."
    )
    assert (claimed["kind"], claimed["text"], claimed["data"]["disclosure"]) == ("claimed", line, line)
    assert claimed["data"]["expert"] == {
        "name": "Erik",
        "face": "/static/img/faces/beard.svg",
        "about": "",
        "languages": ["en"],
        "owns": [],
    }
    state = widget.until("conversation")["conversation"]
    assert (state["expert"]["name"], state["disclosure"], state["state"]) == ("Erik", line, "open")

    answer_id = new_id()
    console.send("message", conversation=conversation, client_id=answer_id, text="Dry for three winters now.")
    assert console.until("ack")["seq"] == 3
    answer = widget.events(conversation, 3)[2]
    assert (answer["text"], answer["author"]["name"], answer["client_id"]) == (
        "Dry for three winters now.",
        "Erik",
        answer_id,
    )

    widget.send("read", conversation=conversation, seq=3)
    assert console.events(conversation, 4)[3]["data"] == {"seq": 3}
    console.send("close", conversation=conversation)
    assert widget.events(conversation, 5)[4]["data"] == {"state": "closed"}
    widget.send("message", conversation=conversation, client_id=new_id(), text="Thanks!")
    assert widget.until("error")["code"] == "closed"


def test_a_second_tab_and_a_reload_show_the_same(chat: Chat) -> None:
    first, second = chat.widget(), chat.widget()
    first.send("start", client_id=new_id(), text="Hello?", page=None)
    conversation = first.until("ack")["conversation"]
    assert [event["text"] for event in second.events(conversation, 1)] == ["Hello?"]
    chat.post(chat.row_of(conversation), "Are you there?")

    reloaded = chat.widget()
    welcome = reloaded.seen[0]
    assert (welcome["conversation"]["id"], welcome["conversation"]["last_seq"]) == (conversation, 3)
    reloaded.send("catch_up", conversation=conversation, after=0)
    told = [(event["seq"], event["kind"]) for event in reloaded.events(conversation, 3)]
    assert told == [(1, "message"), (2, "promise"), (3, "message")]


def test_a_socket_of_another_store_hears_nothing(chat: Chat) -> None:
    other = chat.widget(chat.cast.visitor_b_token, store=chat.cast.store_b)
    conversation = chat.start()
    chat.post(conversation, "Still here")
    other.send("ping")
    assert other.next() == {"type": "pong"}
    assert other.ask("catch_up", conversation=str(conversation.pk), after=0)["code"] == "not_found"
