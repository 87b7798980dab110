"""A local server that answers as a vendor's API would, with faults on demand."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Answer:
    """One answer: JSON or bytes, a status, headers, and how it breaks."""

    def __init__(
        self,
        body: object = None,
        status: int = 200,
        headers: dict[str, str] | None = None,
        fault: str | None = None,
    ) -> None:
        self.content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.status, self.headers, self.fault = status, headers or {}, fault


class Api:
    """Answers by `handler(path, query, headers)`; first those queued as faults, in their order."""

    def __init__(self, handler: Callable[[str, dict[str, list[str]], dict], Answer]) -> None:
        self.handler = handler
        self.faults: list[Answer] = []
        self.calls: list[tuple[str, dict[str, list[str]], dict[str, str]]] = []
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                call = (parts.path, parse_qs(parts.query), dict(self.headers))
                api.calls.append(call)
                answer = api.faults.pop(0) if api.faults else api.handler(*call)
                if answer.fault == "reset":
                    self.connection.close()
                    return
                content = answer.content
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if answer.fault == "torn text":
                    content = content[: len(content) // 2]
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if answer.fault == "torn body":
                    content = content[: len(content) // 2]
                    self.close_connection = True
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.calls]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
