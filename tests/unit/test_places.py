import pytest

from ci.catalogue.places import Path, Places


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        pytest.param("[a.b]\nc = 1", ("a", "b", "c"), 2, id="key of a table"),
        pytest.param("\n[ a . b ] # why\n", ("a", "b"), 2, id="spaced header with a comment"),
        pytest.param("[a.b]", ("a",), 1, id="table that only its child names"),
        pytest.param('["a.b"]\n"c d" = 1', ("a.b", "c d"), 2, id="quoted names"),
        pytest.param("['a.b']\nc = 1", ("a.b", "c"), 2, id="literal names"),
        pytest.param("[a]\nb.c = 1", ("a", "b", "c"), 2, id="dotted key"),
        pytest.param("[x]\n[a]\nb = { c = 1 }", ("a", "b", "c"), 3, id="key of an inline table"),
        pytest.param("[[a]]\nb = 1", ("a", "b"), 2, id="array of tables"),
        pytest.param('x = """\n[a]\nb = 1\n"""\n[a]\nb = 2', ("a", "b"), 6, id="lines of a text"),
        pytest.param("x = '''\n[a]\n'''\n[a]", ("a",), 4, id="lines of a literal text"),
        pytest.param('# """ said\n[a]\n# """', ("a",), 2, id="quotes in a comment"),
        pytest.param('x = "# \\" """"\n[a]', ("a",), 2, id="quotes in a text"),
        pytest.param("[a]\r\nb = 1\r\n", ("a", "b"), 2, id="lines of Windows"),
        pytest.param("[a]\n", ("b", "c"), 1, id="nowhere"),
    ],
)
def test_a_path_is_found_on_its_line(text: str, path: Path, line: int) -> None:
    assert Places.of(text, "x.toml").place(path) == f"x.toml:{line}"


def test_a_path_that_is_written_twice_is_known_by_its_second_line() -> None:
    assert Places.of("[a]\nb = 1\n[c]\n[a]\n", "x.toml").again == {4: ("a",)}
