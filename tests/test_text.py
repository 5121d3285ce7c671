import codecs
import encodings.aliases

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tddbot.text import decode, line_ending, with_line_ending

CODECS = sorted({*encodings.aliases.aliases.values(), "idna", "punycode", "undefined", "unicode_escape", "nonsense"})


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", ("", "utf-8")),
        ("größer = 'ß'\r\n".encode(), ("größer = 'ß'\r\n", "utf-8")),
        (codecs.BOM_UTF8 + b"a = 1\n", ("a = 1\n", "utf-8-sig")),
        ("# -*- coding: latin-1 -*-\n'é'\n".encode("latin-1"), ("# -*- coding: latin-1 -*-\n'é'\n", "iso-8859-1")),
        (
            "#!/usr/bin/python\n# coding: cp1252\n'€'\n".encode("cp1252"),
            ("#!/usr/bin/python\n# coding: cp1252\n'€'\n", "cp1252"),
        ),
    ],
)
def test_text_comes_with_the_encoding_that_takes_it_back(data, expected):
    assert decode(data) == expected
    assert expected[0].encode(expected[1]) == data


@pytest.mark.parametrize(
    "data",
    [
        b"a\0b",
        b"\xff\xfea\x00",
        "é".encode("latin-1"),
        b"# coding: latin-9000\n",
        b"# coding: rot13\n",
        b"# coding: utf-16\na = 1\n",
        codecs.BOM_UTF8 + b"# coding: latin-1\n",
    ],
)
def test_what_is_no_text_is_none(data):
    assert decode(data) is None


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("body", [b"x = 1\n", b"'\xe9\xff'\n", b"+AAA-.\\N{x} \\u12 " * 20, b"." * 70 + b"\xc3\n"])
def test_no_codec_that_a_cookie_can_name_raises(codec, body):
    data = b"# coding: " + codec.encode() + b"\n" + body
    found = decode(data)
    assert found is None or found[0].encode(found[1]) == data


@given(st.binary(max_size=200))
def test_bytes_come_back_or_are_no_text(data):
    found = decode(data)
    assert found is None or found[0].encode(found[1]) == data


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("", "\n"),
        ("a", "\n"),
        ("a\n", "\n"),
        ("a\r\n", "\r\n"),
        ("a\r\nb\r\nc\n", "\r\n"),
        ("a\r\nb\nc\n", "\n"),
        ("a\rb", "\n"),
    ],
)
def test_the_line_ending_is_that_of_most_lines(text, ending):
    assert line_ending(text) == ending


@given(st.lists(st.text("ab \f", max_size=3)), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["\n", "\r\n"]))
def test_line_endings_change_and_come_back(lines, ending, other):
    text = ending.join(lines)
    changed = with_line_ending(text, other)
    assert changed == other.join(lines)
    assert with_line_ending(changed, ending) == text
