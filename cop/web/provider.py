"""Talking to the identity provider: discovery, the address to send a browser to, and whom it has signed in.

Authlib does the protocol: the code flow with PKCE, the keys, the ID token's checks. Here stands what is demanded of it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import StarletteOAuth2App
from joserfc.errors import JoseError

from cop.accounts.claims import Identity, identity
from cop.settings import Oidc, is_local

_SECONDS = 10.0
_SECONDS_IN_ALL = 20.0
_LEEWAY = 60
_SIGNATURES = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
"""Made with a key that only the provider has; "none" and those with a shared secret are not among them."""
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_USED = (*_NEEDED, "userinfo_endpoint")
_FAILURES = (
    *(AuthlibBaseError, JoseError, httpx2.HTTPError, httpx2.InvalidURL, TimeoutError),
    *(ValueError, TypeError, KeyError, AttributeError, RuntimeError),
)
"""What a provider that is down, slow, set up wrongly or forged can make Authlib raise."""


class ProviderFailed(Exception):
    """The provider didn't answer, or not as it must; the text is for the log, not for the visitor."""


@dataclass(frozen=True)
class Departure:
    """Where a browser is sent, and what must come back with it."""

    url: str
    state: str
    nonce: str
    verifier: str


class Provider:
    """The one identity provider that is set; keeps what it once said of itself and its keys."""

    def __init__(self, set_to: Oidc) -> None:
        self._set = set_to
        self._app: Any = None

    async def departure(self, redirect_uri: str) -> Departure:
        """Begin a sign-in. Raises ProviderFailed."""
        try:
            async with asyncio.timeout(_SECONDS_IN_ALL):
                app = await self._discovered()
                begun = await app.create_authorization_url(redirect_uri)
        except _FAILURES as error:
            raise ProviderFailed(_in_words(error)) from error
        return Departure(begun["url"], begun["state"], begun["nonce"], begun["code_verifier"])

    async def arrival(self, code: str, *, redirect_uri: str, nonce: str, verifier: str) -> Identity:
        """Whom the provider has signed in. Raises ProviderFailed, also where its token isn't what it must be."""
        try:
            async with asyncio.timeout(_SECONDS_IN_ALL):
                claims = await self._claims(code, redirect_uri, nonce, verifier)
        except _FAILURES as error:
            raise ProviderFailed(_in_words(error)) from error
        found = identity(
            claims,
            issuer=self._set.issuer,
            groups_claim=self._set.groups_claim,
            trust_email=self._set.trust_email,
        )
        if found is None:
            raise ProviderFailed("the token's subject can't be one")
        return found

    async def _claims(self, code: str, redirect_uri: str, nonce: str, verifier: str) -> Mapping[str, Any]:
        app = await self._discovered()
        token = await app.fetch_access_token(redirect_uri, code=code, code_verifier=verifier)
        if not isinstance(token.get("id_token"), str):
            raise ProviderFailed("there is no ID token")
        demanded = {
            "iss": {"essential": True, "value": self._set.issuer},
            "aud": {"essential": True, "value": self._set.client_id},
        }
        claims: Mapping[str, Any] = await app.parse_id_token(token, nonce, claims_options=demanded, leeway=_LEEWAY)
        wanted = {"email", "name", self._set.groups_claim}
        if wanted <= claims.keys() or "userinfo_endpoint" not in app.server_metadata:
            return claims
        more = await app.userinfo(token=token)  # some say there what others say in the token
        if more.get("sub") != claims["sub"]:
            raise ProviderFailed("the user info is somebody else's")
        # An address and whether it is the person's must come from one place: either could be about another address.
        address = {"email", "email_verified"}
        if "email" in claims:
            more = {name: value for name, value in more.items() if name not in address}
        else:
            claims = {name: value for name, value in claims.items() if name not in address}
        return {**more, **claims}

    async def _discovered(self) -> Any:
        """Authlib's client, once the provider has said where its endpoints are."""
        if self._app is None:
            app = self._client()
            said = await app.load_server_metadata()
            app.server_metadata = self._checked(said)
            methods = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
            if "client_secret_basic" not in methods and "client_secret_post" in methods:
                app.client_kwargs["token_endpoint_auth_method"] = "client_secret_post"  # noqa: S105 - a method's name
            self._app = app
        return self._app

    def _client(self) -> Any:
        return StarletteOAuth2App(
            framework=None,
            name="oidc",
            client_id=self._set.client_id,
            client_secret=self._set.client_secret,
            server_metadata_url=f"{self._set.issuer.rstrip('/')}/.well-known/openid-configuration",
            # Without leeway: Authlib would take a token of one minute for one that has expired.
            client_kwargs={
                "scope": self._set.scopes,
                "code_challenge_method": "S256",
                "timeout": _SECONDS,
                "leeway": 0,
            },
        )

    def _checked(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """What is used of the provider's self-description; nothing of it may lead to plain HTTP elsewhere."""
        if said.get("issuer") != self._set.issuer:
            raise ProviderFailed(f"it calls itself {said.get('issuer')!r}, not {self._set.issuer!r}")
        kept = {name: said[name] for name in _USED if said.get(name)}
        missing = [name for name in _NEEDED if name not in kept]
        if missing:
            raise ProviderFailed(f"it names no {', '.join(missing)}")
        for name, url in kept.items():
            if not url.startswith("https://") and not (url.startswith("http://") and is_local(url)):
                raise ProviderFailed(f"its {name} is not on https")
        signatures = [name for name in said.get("id_token_signing_alg_values_supported") or [] if name in _SIGNATURES]
        kept["id_token_signing_alg_values_supported"] = signatures or ["RS256"]
        kept["_loaded_at"] = said["_loaded_at"]
        return kept


def _in_words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]


@cache
def provider(set_to: Oidc) -> Provider:
    """The provider of these settings."""
    return Provider(set_to)
