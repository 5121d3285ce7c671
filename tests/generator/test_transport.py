"""What bare sockets can do to a call: nothing of it raises, hangs or fills the memory."""

import gzip
import json
import shutil
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tddbot.generator.openai_model import OpenAIWire
from tddbot.generator.prompt.prompt import Prompt
from tddbot.generator.wire.calls import Question
from tddbot.generator.wire.dialect import Api, Dialect
from tddbot.generator.wire.endings import CallEnd, End
from tddbot.stop import Stop
from tests.generator import responses_server

QUESTION = Question("some-model", "low", Prompt("Rules.", ()), 1_000)
KEY = "sk-" + "planted-7f3a9c51e2"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
ANSWER = "".join(
    responses_server.sse(number, event) for number, event in enumerate(responses_server.answer_events("Grüße 🙂"))
).encode()

Behaviour = Callable[[socket.socket], None]


@contextmanager
def serving(behave: Behaviour) -> Iterator[str]:
    """A server that reads one request and then does with its connection as it is told."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                _read_request(connection)
                behave(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}/v1"
        thread.join()


def _read_request(connection: socket.socket) -> None:
    with connection.makefile("rb") as lines:
        length = 0
        for line in lines:
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
            if not line.strip():
                break
        lines.read(length)


def sends(*parts: bytes) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        try:
            for part in parts:
                connection.sendall(part)
        except OSError:
            return

    return behave


def resets_after(part: bytes) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        connection.sendall(part)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return behave


def hangs_after(part: bytes) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        connection.sendall(part)
        # Until the other side hangs up.
        connection.settimeout(30)
        connection.recv(1)

    return behave


def call(
    address: str, seconds: float = 30.0, most: int = 50_000_000, api: Api = Api.RESPONSES, scheme: str = "http"
) -> CallEnd:
    return OpenAIWire(f"{scheme}://{address}", KEY, most)(QUESTION, Dialect(api=api), seconds, Stop())


def whole(body: bytes, head: bytes = HEAD) -> bytes:
    return head + b"content-length: %d\r\n\r\n" % len(body) + body


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200", HEAD, HEAD + b"\r\n", HEAD + b"\r\ndata: {"])
def test_a_server_that_stops_anywhere_is_cut_off_at_the_deadline(begun: bytes) -> None:
    with serving(hangs_after(begun)) as address:
        assert call(address, 0.3).end is End.TIMEOUT
    assert "tddbot-call" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.parametrize(
    ("begun", "end"),
    [
        (b"", End.TRANSIENT),
        (b"HTTP/1.1 200", End.TRANSIENT),
        (HEAD, End.TRANSIENT),
        (HEAD + b"\r\ndata: {", End.CUT_OFF),
        (HEAD + b"\r\n" + ANSWER[:-200], End.CUT_OFF),
    ],
)
def test_a_reset_anywhere_is_an_ending(begun: bytes, end: End) -> None:
    with serving(resets_after(begun)) as address:
        assert call(address).end is end


@pytest.mark.parametrize(
    "answer",
    [
        b"not http at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"a" * 200_000 + b"\r\n\r\n",
        HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n",
        HEAD + b"content-length: 500\r\n\r\ndata: {}\n\n",
        HEAD + b"content-encoding: gzip\r\n\r\n" + b"no gzip at all",
        HEAD + b"content-encoding: gzip\r\n\r\n" + gzip.compress(ANSWER)[:60],
    ],
)
@pytest.mark.parametrize("api", list(Api))
def test_what_is_no_http_is_an_ending(answer: bytes, api: Api) -> None:
    with serving(sends(answer)) as address:
        assert call(address, api=api).end in (End.TRANSIENT, End.CUT_OFF)


@pytest.mark.parametrize("status", [b"400 Bad Request", b"500 Internal Server Error"])
@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"[" * 200_000, b'{"error": ' * 50_000, b"9" * 9_000])
def test_the_body_of_an_error_may_be_anything(status: bytes, body: bytes) -> None:
    with serving(sends(whole(body, b"HTTP/1.1 " + status + b"\r\n"))) as address:
        ended = call(address)
    assert ended.end is (End.CAPABILITY if status[:1] == b"4" else End.TRANSIENT)
    ended.detail.encode()


def test_the_body_of_an_error_is_read_only_so_far() -> None:
    endless = (b"x" * 1_000_000 for _ in range(10_000))
    head = b"HTTP/1.1 500 Internal Server Error\r\n\r\n"
    with serving(lambda connection: sends(head, *(next(endless) for _ in range(40)))(connection)) as address:
        assert call(address).end is End.TRANSIENT


@pytest.mark.parametrize("kind", [b"text/event-stream", b"application/json"])
@pytest.mark.parametrize("body", [b"data: x" + b"x" * 90_000, b": drip\n\n" * 20_000, b'{"output": [' + b"1," * 50_000])
def test_an_answer_is_read_only_so_far(kind: bytes, body: bytes) -> None:
    with serving(sends(b"HTTP/1.1 200 OK\r\ncontent-type: " + kind + b"\r\n\r\n", body)) as address:
        ended = call(address, most=80_000)
    assert (ended.end, ended.started) == (End.PROTOCOL, True)
    assert "80000 bytes" in ended.detail


def test_tls_with_a_server_that_has_none_is_an_ending() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def refuse() -> None:
            with listener.accept()[0] as connection:
                connection.recv(1)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=refuse, daemon=True)
        thread.start()
        ended = call(f"127.0.0.1:{listener.getsockname()[1]}/v1", scheme="https")
        thread.join()
    assert (ended.end, ended.started) == (End.TRANSIENT, False)
    assert "SSL" in ended.detail


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and the certificate of localhost that is signed with it, in one file."""
    if not (openssl := shutil.which("openssl")):
        pytest.skip("needs openssl to make a certificate")
    made = tmp_path_factory.mktemp("tls") / "localhost.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    key = ["-newkey", "rsa:2048", "-nodes", "-keyout", f"{made}.key", "-out", f"{made}.crt", "-days", "2"]
    subprocess.run([openssl, "req", "-x509", *key, *subject], check=True, capture_output=True)
    made.write_text("".join(Path(f"{made}.{part}").read_text() for part in ("key", "crt")))
    return made


@pytest.mark.parametrize("through", ["nothing", "proxy"])
def test_a_call_over_tls_is_cut_off_too(certificate: Path, through: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context, hung_up = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), threading.Event()
    context.load_cert_chain(certificate)
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def hold() -> None:
            connection, _ = listener.accept()
            if through == "proxy":
                _read_request(connection)
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            with context.wrap_socket(connection, server_side=True, suppress_ragged_eofs=True) as held:
                while held.recv(65_536):
                    pass
            hung_up.set()

        thread = threading.Thread(target=hold, daemon=True)
        thread.start()
        port = listener.getsockname()[1]
        if through == "proxy":
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
            port = 1
        assert call(f"localhost:{port}/v1", 0.5, scheme="https").end is End.TIMEOUT
        assert hung_up.wait(30)
        thread.join()
    assert "tddbot-call" not in {each.name for each in threading.enumerate()}


def test_an_answer_in_single_bytes_is_understood() -> None:
    # Every event is cut in the middle of its characters.
    parts = [ANSWER[at : at + 1] for at in range(len(ANSWER))]

    def behave(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sends(HEAD + b"\r\n", *parts)(connection)

    with serving(behave) as address:
        assert call(address).text == "Grüße 🙂"


def test_other_line_ends_comments_and_bytes_that_are_no_utf_8_are_understood() -> None:
    body = b": hello\r\n\r\nretry: 5\r\n" + ANSWER.replace(b"\n", b"\r\n").replace(b"Gr", b"G\xff")
    with serving(sends(whole(body))) as address:
        ended = call(address)
    assert ended.end is End.OK


def test_a_compressed_answer_is_understood_though_none_was_asked_for() -> None:
    with serving(sends(whole(gzip.compress(ANSWER), HEAD + b"content-encoding: gzip\r\n"))) as address:
        assert call(address).text == "Grüße 🙂"


@pytest.mark.parametrize("named", ["gzip, gzip", "gzip\r\ncontent-encoding: gzip", "zstd", "br"])
def test_an_answer_whose_packing_may_unfold_to_any_size_at_once_is_not_read(named: str) -> None:
    body = gzip.compress(gzip.compress(ANSWER))
    with serving(sends(whole(body, HEAD + f"content-encoding: {named}\r\n".encode()))) as address:
        ended = call(address)
    assert (ended.end, ended.started) == (End.PROTOCOL, True)
    assert ended.detail.startswith("an answer packed as ")


def test_an_answer_of_another_encoding_is_no_crash() -> None:
    body = json.dumps({"choices": [{"message": {"content": "Grüße"}}]}, ensure_ascii=False).encode("latin-1")
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
    with serving(sends(whole(body, head))) as address:
        assert call(address, api=Api.CHAT).text == "Gr��e"
