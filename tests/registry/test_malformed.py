"""A malformed portal file is refused with file, line, key, what was expected and an example."""

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawlers.portal import EXAMPLES, Portal, RegistryError, load_file, load_registry

FILE = r"tuyen_quang\.yaml"

GOOD = """\
province: "08"
portals:
  - id: baosongthao
    name: Báo Sông Thao
    kind: newspaper
    home: http://baosongthao.test/
    since: 2015-01-01
"""

# What is broken -> (text, line, key, a word of the expectation, the example that helps)
MALFORMED = {
    "an unquoted code that YAML reads as a number": (
        GOOD.replace('"08"', "22"), 1, "province", "quoted", 'province: "22"'),
    "an unknown province": (GOOD.replace('"08"', '"03"'), 1, "province", "63 provinces", '"08"'),
    "a code of one digit": (GOOD.replace('"08"', '"8"'), 1, "province", "pattern", 'province: "08"'),
    "no province at all": (GOOD.split("\n", 1)[1], 1, "province", "required", 'province: "08"'),
    "portals that are not a list": ('province: "08"\nportals: baosongthao\n', 2, "portals", "list", "portals: ["),
    "a portal that is only a name": ('province: "08"\nportals:\n  - baosongthao\n', 2, "portals", "dict", "portals: ["),
    "an unknown key of the file": (GOOD + "portal: []\n", 8, "portal", "expected one of", "portals"),
    "an id with capitals": (GOOD.replace("id: baosongthao", "id: BaoSongThao"), 3, "id", "pattern", "id: bao"),
    "a reserved id": (GOOD.replace("id: baosongthao", "id: all"), 3, "id", "reserved", "baotuyenquang"),
    "an empty name": (GOOD.replace("Báo Sông Thao", '""'), 4, "name", "3 characters", "name: Báo"),
    "an unknown kind": (GOOD.replace("newspaper", "magazine"), 5, "kind", "'newspaper'", "kind: newspaper"),
    "a home without scheme": (GOOD.replace("http://", ""), 6, "home", "valid URL", "home: https://"),
    "a home that is a file": (GOOD.replace("http://", "file:///"), 6, "home", "http", "home: https://"),
    "a month that does not exist": (GOOD.replace("2015-01-01", "2015-13-01"), 7, "since", "date", "since: 2015-01-01"),
    "a date the Vietnamese way": (GOOD.replace("2015-01-01", "01/01/2015"), 7, "since", "date", "since: 2015-01-01"),
    "an unknown key of a portal": (GOOD + "    section: /tin/\n", 8, "section", "expected one of", "sections"),
    "an unknown cadence": (GOOD + "    cadence: weekly\n", 8, "cadence", "'daily'", "cadence: daily"),
    "sections that are not a list": (GOOD + "    sections: /tin/\n", 8, "sections", "tuple", "sections: ["),
    "a host that is an address": (GOOD + "    hosts: [https://cdn.a.vn/]\n", 8, "hosts", "without scheme", "hosts: ["),
    "a host that is a whole country": (GOOD + "    hosts: [vn]\n", 8, "hosts", "with a dot", "hosts: ["),
    "an impatient delay": (GOOD + "    delay: -1\n", 8, "delay", "greater than or equal", "delay: 2.0"),
    "an expectation above one": (GOOD + "    expect: {title: 99}\n", 8, "expect.title", "less than", "expect: {"),
    "an unknown expectation": (GOOD + "    expect: {titel: 1}\n", 8, "expect.titel", "expected one of", "title"),
    "an expectation of one number": (
        GOOD + "    expect: {articles_per_day: [5]}\n", 8, "expect.articles_per_day", "required", "expect: {"),
    "verified with a word": (GOOD + "    verified: yesterday\n", 8, "verified", "date", "verified: null"),
    "a key written twice": (GOOD + "    kind: district\n", 8, "kind", "expected once", "- id:"),
    "a tab for indentation": (GOOD + "\tnote: x\n", 8, "not valid YAML", "expected", 'province: "08"'),
    "an unclosed quote": (GOOD + '    note: "x\n', 9, "not valid YAML", "expected", 'province: "08"'),
    "an explicit tag that lies": (GOOD + "    delay: !!int x\n", 1, "not valid YAML", "expected", 'province: "08"'),
    "a list instead of a mapping": ("- a\n", 1, "province", "mapping", 'province: "08"'),
    "an empty file": ("", 1, "province", "mapping", 'province: "08"'),
}  # fmt: skip


def written(folder: Path, text: str, name: str = "tuyen_quang.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def outcome(path: Path) -> tuple[list[Portal], str | None]:
    try:
        return load_file(path), None
    except RegistryError as error:
        return [], str(error)


def test_the_good_file_is_good(tmp_path) -> None:
    (portal,) = load_file(written(tmp_path, GOOD))
    assert (portal.id, portal.province, portal.enabled) == ("baosongthao", "tuyen_quang", False)


@pytest.mark.parametrize("case", MALFORMED.values(), ids=MALFORMED.keys())
def test_the_message_names_file_line_key_expectation_and_example(tmp_path, case) -> None:
    text, line, key, expectation, example = case
    path = written(tmp_path, text)
    with pytest.raises(RegistryError) as caught:
        load_file(path)
    message = str(caught.value)
    assert message.startswith(f"{path}:{line}: ")
    assert key in message
    assert expectation in message
    assert example in message


def test_bytes_that_are_not_utf8_are_refused(tmp_path) -> None:
    path = tmp_path / "tuyen_quang.yaml"
    path.write_bytes('province: "08"  # Tuyên'.encode("cp1258", "replace") + b"\xff")
    with pytest.raises(RegistryError, match="not valid YAML"):
        load_file(path)


def test_a_file_named_after_another_province_is_refused(tmp_path) -> None:
    with pytest.raises(RegistryError, match=FILE):
        load_file(written(tmp_path, GOOD, "ha_giang.yaml"))


def test_the_second_portal_is_named_by_its_own_line(tmp_path) -> None:
    second = GOOD.split("portals:\n")[1].replace("baosongthao", "songthaotv").replace("newspaper", "tv")
    with pytest.raises(RegistryError, match=r":10: kind: "):
        load_file(written(tmp_path, GOOD + second))


def test_an_id_used_twice_names_both_files(tmp_path) -> None:
    written(tmp_path, GOOD)
    written(tmp_path, GOOD.replace('"08"', '"20"'), "lang_son.yaml")
    with pytest.raises(RegistryError) as caught:
        load_registry([tmp_path])
    assert "lang_son.yaml" in str(caught.value)
    assert "tuyen_quang.yaml" in str(caught.value)


def test_every_key_of_a_portal_has_an_example_that_is_valid_yaml() -> None:
    assert set(Portal.model_fields) <= set(EXAMPLES)
    assert all(list(yaml.safe_load(example)) == [key] for key, example in EXAMPLES.items() if key != "portals")


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.dates()
KEYS = st.sampled_from([*Portal.model_fields, "portals"]) | st.text(max_size=8)
JUNK = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4))
QUIET = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUIET
@given(junk=JUNK)
def test_any_yaml_document_loads_or_is_refused_by_name(tmp_path, junk) -> None:
    path = written(tmp_path, yaml.safe_dump(junk, allow_unicode=True))
    with pytest.raises(RegistryError, match=FILE):
        load_file(path)


@QUIET
@given(entry=st.dictionaries(KEYS, JUNK, max_size=5))
def test_any_portal_entry_is_refused_by_name_or_is_a_portal(tmp_path, entry) -> None:
    path = written(tmp_path, yaml.safe_dump({"province": "08", "portals": [entry]}, allow_unicode=True))
    loaded, refusal = outcome(path)
    assert all(isinstance(portal, Portal) for portal in loaded)
    assert refusal is None or str(path) in refusal


@QUIET
@given(text=st.text(max_size=200) | st.text(alphabet="-:[]{}!&*'\"# \n\tab01?|>", max_size=60))
def test_any_text_is_refused_by_name(tmp_path, text) -> None:
    path = tmp_path / "tuyen_quang.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(RegistryError, match=FILE):
        load_file(path)
