"""An identity provider over HTTP that does as it is told, wrong things too. One of another make: oidc-provider-mock."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "cop", "a-client-secret"
GONE = object()
"""A claim that is left out."""


def unsigned(claims: dict[str, Any]) -> str:
    parts = (json.dumps(part).encode() for part in ({"alg": "none"}, claims))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


def a_key() -> RSAKey:
    return RSAKey.generate_key(2048, parameters={"kid": secrets.token_hex(4), "use": "sig"}, private=True)


@dataclass
class IdentityProvider:
    """What it says of whom, and what it gets wrong."""

    issuer: str = ""
    key: RSAKey = field(default_factory=a_key)
    claims: dict[str, Any] = field(default_factory=dict)
    """Of whoever signs in next; they go before those that are right."""
    user_info: dict[str, Any] = field(default_factory=dict)
    sign: Any = None
    """Instead of signing with the key: from claims to a token."""
    metadata: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    """Of the token endpoint."""
    seconds: float = 0.0
    """How long that takes to answer."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def description(self) -> dict[str, Any]:
        own = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["none", "HS256", "RS256"],
        } | self.metadata
        return {name: value for name, value in own.items() if value is not GONE}

    def authorize(self, query: dict[str, str]) -> str:
        """Sign somebody in without asking; the address to which the browser goes back."""
        assert (query["response_type"], query["client_id"]) == ("code", CLIENT)
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(12)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """A code's token, once; None where something of the request is wrong."""
        given = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        begun = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if begun is None or authorization != f"Basic {given}":
            return None
        if form["redirect_uri"] != begun["redirect_uri"] or challenge.rstrip(b"=").decode() != begun["code_challenge"]:
            return None
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": begun["nonce"]}
        claims = {name: value for name, value in (claims | self.claims).items() if value is not GONE}
        signed = self.sign or (lambda said: jwt.encode({"alg": "RS256", "kid": self.key.kid}, said, self.key))
        return {
            "access_token": "an-access-token",
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": signed(claims),
        }


@contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    """One that is served on this machine."""
    made = IdentityProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            made.asked.append(url.path)
            if url.path == "/authorize":
                self.send_response(302)
                self.send_header("location", made.authorize(dict(parse_qsl(url.query))))
                self.end_headers()
                return
            keys = {"keys": [made.key.as_dict(private=False)]}
            answers = {
                "/.well-known/openid-configuration": made.description(),
                "/keys": keys,
                "/userinfo": {"sub": made.claims.get("sub")} | made.user_info,
            }
            self._say(200 if url.path in answers else 404, answers.get(url.path))

        def do_POST(self) -> None:
            made.asked.append(self.path)
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            time.sleep(made.seconds)
            form = {name: values[-1] for name, values in parse_qs(body).items()}
            found = made.token(form, self.headers.get("authorization", ""))
            if found is None:
                self._say(400, {"error": "invalid_grant"})
            else:
                self._say(made.status, found)

        def _say(self, status: int, what: Any) -> None:
            body = json.dumps(what).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
