"""Words of the command language: what parts them, quotes, remarks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gd_tui.errors import InputError
from gd_tui.simulator.conditions import RESERVED
from gd_tui.words import Word, begun, in_one_line, joined, quoted, split

names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


def told(text: str) -> list[list[str]]:
    """The words of every command, as they can be typed."""
    return [[str(word) for word in command] for command in split(text)]


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("", []),
        (" \t ;; \n;\r\n", []),
        ("step 3", [["step", "3"]]),
        ("step 3;back\n goto  4 ;", [["step", "3"], ["back"], ["goto", "4"]]),
        ("step 3\r\nback\r\n", [["step", "3"], ["back"]]),
        ("loss<1e-3", [["loss", "<", "1e-3"]]),
        ("loss<=-1;a>=b==c=d>e", [["loss", "<=", "-1"], ["a", ">=", "b", "==", "c", "=", "d", ">", "e"]]),
        ("step 3 # three; and\nback # ends", [["step", "3"], ["back"]]),
        ("#step", []),
        ("step#3", [["step#3"]]),
        ('w "living area" 4', [["w", '"living area"', "4"]]),
        ('"a;b" "c\nd" "#" "<"', [['"a;b"', '"c\nd"', '"#"', '"<"']]),
        ('"a ""b"" c" """"', [['"a ""b"" c"', '""""']]),
        ('"a""b"', [['"a""b"']]),
        ('a"b"c""', [["a", '"b"', "c", '""']]),
        ("step\u00a03\f\u2003;\vback", [["step", "3"], ["back"]]),
        ("größe→ 3", [["größe→", "3"]]),
    ],
)
def test_how_a_text_is_parted(text: str, commands: list[list[str]]) -> None:
    assert told(text) == commands


def test_a_quoted_word_is_not_the_word() -> None:
    assert split('until "until"') == [[Word("until"), Word("until", quoted=True)]]
    assert split('"<"')[0][0] != split("<")[0][0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('step; w "living area 4', r'a quote is not closed: "living area 4'),
        ('"', "a quote is not closed"),
        ('"a"" b', "a quote is not closed"),
        ("save a\0b", r"a character that is no text: '\\x00'"),
        ("mark \udcff", r"a character that is no text: '\\udcff'"),
    ],
)
def test_what_is_no_text_of_commands(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        split(text)
    assert "\n" not in str(error.value)


@given(st.lists(names, min_size=1, max_size=4))
def test_any_name_can_be_typed(known: list[str]) -> None:
    taken = ("loss", "step")
    text = " ".join(quoted(name, taken) for name in known)
    assert [word.text for word in split(text)[0]] == known
    assert all(word.quoted for word in split(text)[0] if word.text in taken)
    assert split(joined(split(text)[0])) == split(text)


@pytest.mark.parametrize(
    ("name", "typed"),
    [("w1", "w1"), ("a,b", "a,b"), ("a b", '"a b"'), ("loss", '"loss"'), ("", '""'), ("a#", "a#"), ("#a", '"#a"')],
)
def test_names_are_quoted_where_they_must(name: str, typed: str) -> None:
    assert quoted(name, RESERVED) == typed


@pytest.mark.parametrize(
    ("text", "head", "word"),
    [
        ("", [], ""),
        ("ste", [], "ste"),
        ("step ", ["step"], ""),
        ("step 3;", [], ""),
        ("step 3; ru", [], "ru"),
        ("step 3\nru", [], "ru"),
        ("run until lo", ["run", "until"], "lo"),
        ('w "living a', ["w"], '"living a'),
        ('w "a;b" 4', ["w", '"a;b"'], "4"),
        ("step 3 # and then", ["step", "3"], ""),
    ],
)
def test_what_is_being_typed(text: str, head: list[str], word: str) -> None:
    found, last = begun(text)
    assert ([str(w) for w in found], last) == (head, word)


@given(st.text(st.sampled_from('ab "#;<=\n'), max_size=20))
def test_what_is_being_typed_is_the_end_of_the_text(text: str) -> None:
    assert text.rstrip().endswith(begun(text)[1].rstrip()) or "#" in text


def test_lines_become_one() -> None:
    assert in_one_line('step 5 # first\n\nw "a;b" 3\nrun') == 'step 5; w "a;b" 3; run'
    assert in_one_line("x < 3 # all of it\n") == "x < 3 # all of it"
    assert in_one_line('w "a\nb') == 'w "a; b'
