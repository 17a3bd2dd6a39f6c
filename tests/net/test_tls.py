# SPDX-License-Identifier: GPL-3.0-or-later
"""https through the guarded connection: the judged address is dialled, the *name* is verified."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from podmix.net import transport
from podmix.net.client import HttpClient, NetPolicy
from podmix.net.failures import Unreachable
from tests.net.loopback import LoopbackServer

pytest.importorskip("cryptography", reason="makes the certificate")

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def write_certificate(folder: Path, name: str) -> Path:
    """A self-signed certificate for ``name`` with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    certificate = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=1))
                   .not_valid_after(now + dt.timedelta(days=1))
                   .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
                   .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
                   .sign(key, hashes.SHA256()))
    pem = folder / "server.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return pem


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    return write_certificate(tmp_path, "feeds.example")


@pytest.fixture
def secure(pem: Path) -> Iterator[LoopbackServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    running = LoopbackServer()
    running.socket = context.wrap_socket(running.socket, server_side=True)
    with running:
        yield running


@pytest.fixture
def fresh_trust() -> Iterator[None]:
    """Certificates are read once a process: read them anew inside the test and again after it."""
    transport._tls.cache_clear()
    yield
    transport._tls.cache_clear()


def client_for(server: LoopbackServer, *names: str) -> HttpClient:
    policy = NetPolicy(allowed_hosts=frozenset(f"{name}:{server.port}" for name in names), timeout_s=5)
    return HttpClient(policy, resolve=lambda host, port: ["127.0.0.1"])


@pytest.mark.usefixtures("fresh_trust")
def test_a_known_certificate_for_the_name_is_accepted(secure: LoopbackServer, pem: Path,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    secure.page("/feed", b"safe")
    with client_for(secure, "feeds.example", "other.example") as client:
        for _ in range(2):
            assert client.get(f"https://feeds.example:{secure.port}/feed").body == b"safe"
        with pytest.raises(Unreachable, match="could not be verified"):
            client.get(f"https://other.example:{secure.port}/feed")


@pytest.mark.usefixtures("fresh_trust")
def test_an_unknown_certificate_is_refused(secure: LoopbackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with client_for(secure, "feeds.example") as client, pytest.raises(Unreachable, match="could not be verified"):
        client.get(f"https://feeds.example:{secure.port}/feed")
    assert secure.requests == []
