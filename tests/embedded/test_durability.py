"""An acknowledged write is never lost."""

from pathlib import Path
from threading import Event, Thread

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from authapi.embedded import ports
from tests.embedded.actors import Running, kill
from tests.embedded.conftest import Join
from tests.support.waiting import until

Document = dict[str, int]


class Writer:
    """Inserts documents without a pause, and notes which were acknowledged."""

    def __init__(self, uri: str) -> None:
        self.acknowledged: list[int] = []
        self._uri = uri
        self._port = int(uri.partition("127.0.0.1:")[2].partition("/")[0])
        self._done = Event()
        self._thread = Thread(target=self._run)

    def __enter__(self) -> "Writer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def wait_for(self, more: int) -> None:
        """Wait until so many more documents are acknowledged."""
        goal = len(self.acknowledged) + more
        until(lambda: len(self.acknowledged) >= goal)

    def _run(self) -> None:
        number = 0
        while not self._done.wait(0.01):
            if not ports.is_open(self._port):
                continue
            with MongoClient[Document](self._uri) as client:  # a new one is back sooner
                while not self._done.is_set():
                    number += 1
                    try:
                        client.authapi.numbers.insert_one({"_id": number})
                    except PyMongoError:
                        break
                    self.acknowledged.append(number)


def test_data_survive_a_stop(folder: Path, join: Join) -> None:
    """The next user of the database finds the data of the last."""
    user = join(folder)
    with MongoClient[Document](user.answer()) as client:
        client.authapi.numbers.insert_one({"_id": 7})
    user.leave()
    until(Running(folder).nothing)

    with MongoClient[Document](join(folder).answer()) as client:
        assert client.authapi.numbers.find_one() == {"_id": 7}


def test_acknowledged_writes_survive_kills(folder: Path, join: Join) -> None:
    """After twenty kills during inserts no acknowledged document is missing."""
    uri = join(folder).answer()
    with Writer(uri) as writer:
        for _ in range(20):
            writer.wait_for(20)
            kill(Running(folder).server())

    with MongoClient[Document](uri) as client:
        found = {document["_id"] for document in client.authapi.numbers.find()}
    assert len(writer.acknowledged) >= 20 * 20
    assert not set(writer.acknowledged) - found
