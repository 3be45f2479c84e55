"""No page of the real department portal is taken for a refusal, a missing page or anything else but a page."""

from collections import Counter
from urllib.parse import urlsplit

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawlers.responses import classify
from tests.real.harvest import DATA

pytestmark = [pytest.mark.real, pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is absent (TINTINH_DATA)")]


def test_every_real_page_is_a_page() -> None:
    outcomes: Counter[str] = Counter()
    wrong = []
    with (DATA / "portal.warc.gz").open("rb") as stream:
        for record in ArchiveIterator(stream):
            if record.rec_type != "response":
                continue
            url, status = record.rec_headers.get_header("WARC-Target-URI"), record.http_headers.get_statuscode()
            headers = {name.lower(): value for name, value in record.http_headers.headers}
            role = "article" if "/view_content/" in urlsplit(url).path else "listing"
            verdict = classify(int(status), headers, record.content_stream().read(), url, role=role)
            outcomes[verdict.outcome] += 1
            wrong += [] if verdict.ok else [(url, verdict.reason)]
    assert wrong == []
    assert outcomes["ok"] > 1000
