"""Https portals: only a certificate that the system trusts is believed, unless the portal's file says otherwise."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import HttpUrl
from twisted.internet import defer

from crawlers.addresses import GuardedResolver
from crawlers.job import CrawlJob
from crawlers.portal import Portal
from tests.crawlers.harness import archived, crawl, make_job, outcome
from tests.crawlers.site import Site, article, listing

HERE = "tests.crawlers.test_certificates"


class LocalDns(GuardedResolver):
    """Every name is this machine, as if it were a public one."""

    def getHostByName(self, name: str, timeout: Any = ()) -> Any:  # noqa: N802 - Twisted's name
        return defer.succeed("127.0.0.1")


def write_certificate(path: Path, host: str) -> Path:
    """A self-signed certificate and its key in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    start = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(start).not_valid_after(start + dt.timedelta(days=3))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    secret = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(secret + certificate.public_bytes(encoding))
    return path


@contextmanager
def https_site(certificate: Path) -> Iterator[Site]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    site = Site({"/list": listing("/a"), "/a": article("Tin")}, host="")
    site._server.socket = context.wrap_socket(site._server.socket, server_side=True)
    with site:
        yield site


def crawl_https(tmp_path: Path, certificate: Path, **facts: Any) -> tuple[CrawlJob, int, str]:
    with https_site(certificate) as site:
        job = make_job(tmp_path, None, settings={"TWISTED_DNS_RESOLVER": f"{HERE}.LocalDns", "RETRY_TIMES": 0})
        home = HttpUrl(f"https://bao.test:{site.proxy.rpartition(':')[2]}/")
        portal = Portal(**{**job.portal.model_dump(), "home": home, **facts})
        job = job.model_copy(update={"portal": portal})
        code, log = crawl(job)
    return job, code, log


def test_a_certificate_that_nobody_vouches_for_is_a_network_error_with_its_remedy(tmp_path: Path) -> None:
    job, code, log = crawl_https(tmp_path, write_certificate(tmp_path / "own.pem", "bao.test"))
    [problem] = outcome(job).problems
    assert (code, problem.outcome) == (1, "network_error"), log
    assert "certificate cannot be trusted (its issuer is unknown" in problem.message
    assert "verify_certificate: false" in problem.remedy
    assert "verify_certificate: false" in log
    assert "Traceback" not in log


def test_a_trusted_certificate_for_another_host_is_a_network_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = write_certificate(tmp_path / "other.pem", "khac.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    job, code, log = crawl_https(tmp_path, certificate)
    [problem] = outcome(job).problems
    assert (code, problem.outcome) == (1, "network_error"), log
    assert "made out to another host" in problem.message


def test_a_trusted_certificate_is_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = write_certificate(tmp_path / "own.pem", "bao.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    job, code, log = crawl_https(tmp_path, certificate)
    assert (code, outcome(job).errors) == (0, {}), log
    assert [item.record.outcome for item in archived(job).values()] == ["ok"]


def test_a_portal_whose_file_says_so_is_read_in_spite_of_its_certificate(tmp_path: Path) -> None:
    certificate = write_certificate(tmp_path / "own.pem", "khac.test")
    job, code, log = crawl_https(tmp_path, certificate, verify_certificate=False)
    assert (code, outcome(job).errors) == (0, {}), log
    assert [item.record.outcome for item in archived(job).values()] == ["ok"]
