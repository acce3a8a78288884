"""The guard against server-side request forgery: a table of attacks."""

import asyncio
from collections.abc import Sequence

import httpx
import pytest

from wms_bridge.access.errors import BlockedAddress
from wms_bridge.access.outbound import OutboundPolicy, without_password
from wms_bridge.access.pinning import PinnedTransport

PUBLIC = "93.184.216.34"
NAMES = {
    "wms.example": [PUBLIC],
    "two.example": ["2606:2800:220:1::1", PUBLIC],
    "inside.example": ["10.0.0.5"],
    "half.example": [PUBLIC, "127.0.0.1"],
    "metadata.example": ["169.254.169.254"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "scoped.example": ["fe80::1%eth0"],
    "none.example": [],
    "xn--bcher-kva.example": [PUBLIC],
    "localhost": ["127.0.0.1", "::1"],
    "bridge": ["172.17.0.2"],
}


def names(host: str, _port: int) -> Sequence[str]:
    return NAMES.get(host, [])


def policy(*allowed: str, https_only: bool = False) -> OutboundPolicy:
    return OutboundPolicy(allowed, https_only=https_only, resolver=names)


@pytest.mark.parametrize(
    "url",
    [
        "https://wms.example/hook",
        "https://WMS.example:8443/hook?x=1",
        "http://wms.example./",
        "https://two.example/",
        "https://xn--bcher-kva.example/",
        f"https://{PUBLIC}/",
        "https://[2606:2800:220:1::1]/",
    ],
)
def test_public_addresses_are_let_through(url: str) -> None:
    target = policy().check(url)
    assert target.addresses
    assert target.port in (80, 443, 8443)


@pytest.mark.parametrize(
    "url",
    [
        # of this machine
        "http://127.0.0.1/", "http://127.8.9.1:8600/v1/status", "http://localhost/",
        "http://[::1]/", "http://0.0.0.0/", "http://[::]/", "http://0/", "http://127.1/",
        # the same in other words, as resolvers read them
        "http://2130706433/", "http://0x7f000001/", "http://0x7f.0.0.1/", "http://0177.0.0.1/",
        "http://017700000001/", "http://127.0.0.1./", "http://127.000.000.001/", "http://127.0.1/",
        "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://%31%32%37.0.0.1/",
        # private, shared, link-local, benchmarking, documentation, reserved, multicast
        "http://10.1.2.3/", "http://172.16.0.1/", "http://192.168.1.1/", "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/", "http://198.18.0.1/", "http://192.0.2.1/",
        "http://203.0.113.9/", "http://240.0.0.1/", "http://255.255.255.255/", "http://224.0.0.1/",
        # IPv6 that is, or holds, one of these
        "http://[fe80::1]/", "http://[fe80::1%25eth0]/", "http://[fc00::1]/", "http://[fd00:ec2::254]/",
        "http://[ff02::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:a00:1]/",
        "http://[::127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[64:ff9b:1::a00:1]/",
        "http://[2002:7f00:1::]/", "http://[2002:a00:1::1]/", "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
        "http://[2001:db8::1]/", "http://[100::1]/",
        # names that lead there
        "https://inside.example/", "https://half.example/", "https://metadata.example/",
        "https://mapped.example/", "https://scoped.example/", "https://none.example/",
        "https://unknown.example/", "http://bridge/",
        # other schemes
        "file:///etc/passwd", "ftp://wms.example/", "gopher://wms.example:70/_x", "//wms.example/",
        "javascript:alert(1)", "data:text/plain,x", "unix:///var/run/docker.sock", "wms.example",
        "",
        # users, and URLs that two parsers read differently
        "https://user:word@wms.example/", "https://wms.example@127.0.0.1/", "https://@wms.example/",
        "https://wms.example\\@127.0.0.1/", "https://127.0.0.1#@wms.example/",
        "https://127.0.0.1?@wms.example/", "https://wms.example:80:8600/", "https://wms.example:0/",
        "https://wms.example:99999/", "https://wms.example:-1/", "https:///hook", "https://[::1/",
        "https://wms.example\t/", "https://wms.example/\r\nHost: x", "https://wms .example/",
        " https://127.0.0.1/", "https://wms..example/", "https://-wms.example/", "https://wms.example/ä",
        "https://" + "a" * 64 + ".example/", "https://wms.example/" + "a" * 3000,
    ],
    ids=lambda url: ascii(url)[:50],
)  # fmt: skip
def test_attacks_are_refused(url: str) -> None:
    with pytest.raises(BlockedAddress):
        policy().check(url)


@pytest.mark.parametrize(
    ("allowed", "url", "let_through"),
    [
        (["10.0.0.0/8"], "http://10.1.2.3/", True),
        (["10.0.0.0/8"], "http://11.1.2.3/", True),
        (["10.0.0.0/8"], "http://192.168.0.1/", False),
        (["10.0.0.0/8"], "https://inside.example/", True),
        (["10.0.0.0/8"], "https://half.example/", False),
        (["inside.example"], "https://inside.example/", True),
        (["INSIDE.example"], "https://inside.EXAMPLE./", True),
        (["inside.example"], "https://metadata.example/", False),
        (["127.0.0.1"], "http://127.0.0.1:9000/", True),
        (["127.0.0.1"], "http://127.0.0.2:9000/", False),
        (["127.0.0.1"], "http://user@127.0.0.1/", False),
        (["::1"], "http://[::1]/", True),
        (["fd00::/8"], "http://[fd00::5]/", True),
    ],
)
def test_what_is_allow_listed(allowed: list[str], url: str, let_through: bool) -> None:
    if let_through:
        assert policy(*allowed).check(url).addresses
    else:
        with pytest.raises(BlockedAddress):
            policy(*allowed).check(url)


@pytest.mark.parametrize("item", ["10.0.0.1/8", "http://x", "0x7f.1", "", "a b"])
def test_lists_that_are_none(item: str) -> None:
    with pytest.raises(BlockedAddress):
        policy(item)


def test_plain_http_is_refused_where_only_https_is_wanted() -> None:
    strict = policy("10.0.0.0/8", https_only=True)
    assert strict.check("https://wms.example/")
    assert strict.check("http://10.0.0.1/")
    with pytest.raises(BlockedAddress, match="only https"):
        strict.check("http://wms.example/")


class Network(httpx.AsyncBaseTransport):
    """Keeps what it is asked for; some addresses do not answer."""

    def __init__(self, dead: Sequence[str] = (), answer: httpx.Response | None = None):
        self.asked: list[httpx.Request] = []
        self.dead = dead
        self.answer = answer or httpx.Response(204)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.host in self.dead:
            raise httpx.ConnectError("no route")
        return self.answer


def post(transport: httpx.AsyncBaseTransport, url: str) -> httpx.Response:
    async def within() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport) as http:
            return await http.post(url, content=b"news")

    return asyncio.run(within())


def test_the_address_that_was_checked_is_the_one_connected_to() -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]])
    rebinding = OutboundPolicy(resolver=lambda _host, _port: next(answers))
    network = Network()
    assert post(PinnedTransport(rebinding, network), "https://evil.example/hook").status_code == 204
    [asked] = network.asked
    assert asked.url.host == PUBLIC
    assert asked.headers["Host"] == "evil.example"
    assert asked.extensions["sni_hostname"] == "evil.example"
    # Asked again, the name leads inside: nothing is sent.
    with pytest.raises(BlockedAddress):
        post(PinnedTransport(rebinding, network), "https://evil.example/hook")
    assert len(network.asked) == 1


def test_the_next_address_is_tried_if_one_does_not_answer() -> None:
    network = Network(dead=["2606:2800:220:1::1"])
    assert post(PinnedTransport(policy(), network), "https://two.example/").status_code == 204
    assert [asked.url.host for asked in network.asked] == ["2606:2800:220:1::1", PUBLIC]
    with pytest.raises(httpx.ConnectError):
        post(PinnedTransport(policy(), Network(dead=[PUBLIC])), "https://wms.example/")


def test_redirects_are_not_followed() -> None:
    away = httpx.Response(302, headers={"Location": "http://169.254.169.254/"})
    network = Network(answer=away)
    assert post(PinnedTransport(policy(), network), "https://wms.example/").status_code == 302
    assert len(network.asked) == 1


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:p@wms.example/a?token=1&b=2#f", "https://***@wms.example/a?token=***&b=***"),
        ("tryton://admin:secret@host/db", "tryton://***@host/db"),
        ("https://wms.example/a", "https://wms.example/a"),
        ("https://[::1", "(not a URL)"),
    ],
)
def test_urls_are_shown_without_their_secrets(url: str, shown: str) -> None:
    assert without_password(url) == shown
