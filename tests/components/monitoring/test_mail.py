"""Mail by the real Alertmanager to a server that speaks TLS from the start, as port 465 does; it is played here."""

import json
import time

import pytest

from components._common.container import SECRET_DIR
from components.monitoring.routing import alertmanager_yml
from tests.components.authority import Authority
from tests.components.monitoring.test_render import settings
from tests.components.programs import beside, execute, running

pytestmark = pytest.mark.images

CONFIG = "/etc/hft/alertmanager.yml"
ADDRESS = "127.0.0.1:19093"
# It offers what a server offers within TLS: a login, and no STARTTLS.
SERVER = """
import socketserver, ssl

class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        self.say("220 mail")
        for line in self.rfile:
            word = line.decode().strip().upper()
            if word.startswith("EHLO"):
                self.say("250-mail"), self.say("250 AUTH PLAIN")
            elif word.startswith("AUTH"):
                self.say("235 in")
            elif word == "DATA":
                self.say("354 go on")
                for text in iter(self.rfile.readline, b".\\r\\n"):
                    print(text.decode().strip(), flush=True)
                self.say("250 taken")
            elif word == "QUIT":
                return self.say("221 bye")
            else:
                self.say("250 ok")

    def say(self, text):
        self.wfile.write(text.encode() + b"\\r\\n")

context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain("/etc/hft/tls.crt", "/run/secrets/tls-key")

class Server(socketserver.ThreadingTCPServer):
    def get_request(self):
        connection, address = super().get_request()
        return context.wrap_socket(connection, server_side=True), address

Server(("127.0.0.1", 465), Handler).serve_forever()
"""


def test_mail_is_taken_by_a_server_with_tls_from_the_start() -> None:
    authority = Authority()
    mail = {"to": ["desk@x.example"], "sender": "hft@x.example", "smarthost": "localhost:465", "username": "hft"}
    told = settings(receivers=[{"name": "desk", "gets": ["page", "ticket"], "email": mail}])
    files = {CONFIG: alertmanager_yml(told), f"{SECRET_DIR}/receiver-desk": "t0ken", "/etc/hft/ca.crt": authority.pem}
    command = [f"--config.file={CONFIG}", "--storage.path=/tmp", f"--web.listen-address={ADDRESS}"]
    ready = ["curl", "-fsS", f"http://{ADDRESS}/-/ready"]
    alert = {"alertname": "EngineDown", "severity": "page", "owner": "trading", "reg": "rts6", "stack": "dev"}
    posted = [{"labels": alert, "annotations": {"summary": "it is down"}}]
    post = ["curl", "-fsS", "-H", "Content-Type: application/json", "-d", json.dumps(posted)]
    server_files = authority.server_files("127.0.0.1", names=["localhost"])
    listens = ["python3", "-c", "import socket; socket.create_connection(('127.0.0.1', 465))"]
    trust = {"SSL_CERT_FILE": "/etc/hft/ca.crt"}
    with (
        running("workloads", ["-c", SERVER], server_files, listens, entrypoint=["python3"]) as server,
        running(
            "alertmanager",
            [*command, "--cluster.listen-address="],
            files,
            ready,
            network_mode=beside(server),
            environment=trust,
        ) as alertmanager,
    ):
        assert execute(alertmanager, [*post, f"http://{ADDRESS}/api/v2/alerts"]).status == 0
        deadline = time.monotonic() + 10
        while "it is down" not in (received := server.logs().decode()) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert "Subject: EngineDown in dev: it is down" in received, alertmanager.logs().decode()
