"""Which addresses may be contacted: public ones only, however they are written, named or wrapped."""

from __future__ import annotations

import ipaddress
import re
import socket
import unicodedata
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.resolver import CachingThreadedResolver
from twisted.internet import error as network
from twisted.internet.threads import deferToThreadPool

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.defer import Deferred

GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
NUMBERS = re.compile(r"[0-9a-fx.]+")  # what inet_aton may read as an address: decimal, octal, hexadecimal, short


class ForbiddenAddress(network.DNSLookupError):
    """A name that leads to an address outside the public internet."""


def is_public(address: str) -> bool:
    """Whether an IP address is a public unicast one (not private, loopback, link-local, multicast or reserved).

    An IPv6 address that carries an IPv4 one (mapped, 6to4, NAT64) is as public as that is.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not ip.is_multicast
    inner = ip.ipv4_mapped or ip.sixtofour or (ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in NAT64 else None)
    return is_public(str(inner)) if inner else ip.is_global and ip in GLOBAL_UNICAST


def literal_address(host: str) -> str | None:
    """The host as an IP address, None if it is a name.

    Reads every spelling that a system's resolver reads: 2130706433, 0x7f.1 and 0177.0.0.1 are 127.0.0.1.
    """
    plain = unicodedata.normalize("NFKC", host).strip("[]").rstrip(".").lower()
    try:
        return str(ipaddress.ip_address(plain))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(plain)) if NUMBERS.fullmatch(plain) else None
    except OSError:
        return None


class GuardedResolver(CachingThreadedResolver):
    """Resolves names and refuses those outside the public internet, except the proxy that the job itself names.

    What it answered is cached, so the address that was checked is the address that is connected to: a name that
    leads elsewhere the next time gains nothing.
    """

    trusted: str | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> GuardedResolver:
        """The resolver of a crawl; setting CRAWL_PROXY names the trusted proxy."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.trusted = urlsplit(crawler.settings.get("CRAWL_PROXY") or "").hostname
        return resolver

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:  # noqa: N802 - Twisted's name
        """The address of a name, IPv4 where it has one; fails with ForbiddenAddress where it is not public."""
        return self.lookup(name, timeout).addCallback(self._checked, name)

    def lookup(self, name: str, timeout: Any) -> Deferred[str]:
        """The address as the system's resolver gives it."""
        return super().getHostByName(name, timeout).addErrback(self._lookup_ipv6, name)

    def _lookup_ipv6(self, failure: Any, name: str) -> Deferred[str]:
        failure.trap(network.DNSLookupError)
        reactor: Any = self.reactor
        found = deferToThreadPool(reactor, reactor.getThreadPool(), _first_ipv6, name, failure.value)
        return found.addCallback(self._cache_result, name)

    def _checked(self, address: str, name: str) -> str:
        if name != self.trusted and not is_public(address):
            raise ForbiddenAddress(f"{name} leads to {address}, which is not on the public internet")
        return address


def _first_ipv6(name: str, otherwise: Exception) -> str:
    """An IPv6 address of a name that has no IPv4 one; raises ``otherwise`` where there is none either."""
    try:
        found = socket.getaddrinfo(name, None, socket.AF_INET6, socket.SOCK_STREAM)
    except OSError:
        raise otherwise from None
    return str(found[0][4][0])
