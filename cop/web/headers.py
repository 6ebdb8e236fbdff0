"""The security headers of every response."""

import re

from starlette.datastructures import MutableHeaders

_HOST = re.compile(r"[A-Za-z0-9.\-:\[\]]{1,255}")
_FORM_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_ALWAYS = {
    "x-content-type-options": "nosniff",
    # Not "no-referrer": with it browsers post our own forms with "Origin: null".
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}
_HSTS = "max-age=31536000"


def app_policy(host: str) -> str:
    """The Content-Security-Policy of Streamlit's pages; blob: carries the scripts of components (v2)."""
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return (
        "default-src 'self'; script-src 'self' blob:; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
        f"img-src 'self' data: blob:; connect-src 'self'{sockets}; worker-src 'self' blob:; object-src 'none'; "
        "form-action 'self'; base-uri 'self'; frame-ancestors 'none'"
    )


def secure_headers(headers: MutableHeaders, *, host: str, https: bool, own: bool) -> None:
    """Complete a response's headers; `own` marks our plain HTML routes, which need no script at all."""
    headers["content-security-policy"] = _FORM_POLICY if own else app_policy(host)
    for name, value in _ALWAYS.items():
        headers[name] = value
    if https:
        headers["strict-transport-security"] = _HSTS
    if "cache-control" not in headers or headers.get("content-type", "").startswith("text/html"):
        headers["cache-control"] = "no-store"  # nor may "back" show a page again after signing out
