"""A mail server on the loopback that keeps what it is given, and can be told to refuse."""

import base64
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

PASSWORD = "correct horse battery"  # the only one that it takes


@dataclass
class MailServer:
    """What a server was given, and how it answers.

    Attributes
    ----------
    port : int
        Where it listens.
    letters : list
        From whom, to whom, and the message.
    refuse, too_large : set of str
        Addresses that it does not know, and those that can take no such letter.
    stop_after : int or None
        How many letters it takes before it hangs up.
    logins : list
        User and password of each login.
    """

    port: int = 0
    letters: list[tuple[str, list[str], EmailMessage]] = field(default_factory=list)
    refuse: set[str] = field(default_factory=set)
    too_large: set[str] = field(default_factory=set)
    stop_after: int | None = None
    logins: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Serve until the block ends."""
    kept = MailServer()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            self.say("220 loopback ready")
            sender, to = "", []
            for raw in self.rfile:
                line = raw.decode().rstrip("\r\n")
                verb, _, rest = line.partition(" ")
                address = rest.partition("<")[2].partition(">")[0]
                verb = verb.upper()
                if verb == "EHLO":
                    self.say("250-loopback")
                    self.say("250-AUTH PLAIN")
                    self.say("250 8BITMIME")
                elif verb == "AUTH":
                    _, user, password = base64.b64decode(rest.split()[1]).decode().split("\0")
                    kept.logins.append((user, password))
                    self.say("235 welcome" if password == PASSWORD else "535 wrong password")
                elif verb == "MAIL":
                    sender, to = address, []
                    self.say("250 ok")
                elif verb == "RCPT":
                    if address in kept.refuse:
                        self.say("550 nobody of that name")
                    else:
                        to.append(address)
                        self.say("250 ok")
                elif verb == "DATA":
                    if kept.stop_after is not None and len(kept.letters) >= kept.stop_after:
                        return
                    self.say("354 go on")
                    body = b""
                    for part in self.rfile:
                        if part == b".\r\n":
                            break
                        body += part[1:] if part.startswith(b"..") else part
                    if kept.too_large & set(to):
                        self.say("552 too much")
                        continue
                    kept.letters.append((sender, to, message_from_bytes(body, policy=default)))
                    self.say("250 taken")
                elif verb == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Handler) as server:
        kept.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield kept
        finally:
            server.shutdown()
            thread.join()
