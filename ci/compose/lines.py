"""Where a compose file has a key: Compose's own answers have no line numbers."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

import yaml
from attrs import field, frozen


@frozen
class ComposeLines:
    """The text of a compose file; its keys are found as they are written, without merges and variables."""

    path: str
    text: str = field(repr=False)

    def place(self, *keys: str) -> str:
        """File and line of a key, or of the nearest one above it that is written here."""
        node, line = self._root(), 1
        for key in keys:
            written = next(((name, value) for name, value in _pairs(node) if name.value == key), None)
            if not written:
                break
            line, node = written[0].start_mark.line + 1, written[1]
        return f"{self.path}:{line}"

    def place_of_entry(self, keys: Sequence[str], text: str) -> str:
        """File and line of the entry of a list that has this text, or of the key that has the list."""
        node = self._root()
        for key in keys:
            node = _value(node, key)
        for entry in _entries(node):
            values = [value for _, value in _pairs(entry)] or [entry]
            if any(isinstance(value, yaml.ScalarNode) and text in value.value for value in values):
                return f"{self.path}:{entry.start_mark.line + 1}"
        return self.place(*keys)

    def port_variable(self, service: str) -> str:
        """The variable from which a service takes a port of the host; empty when there is none."""
        ports = _value(_value(_value(self._root(), "services"), service), "ports")
        written = (
            node.value for entry in _entries(ports) for node in ([value for _, value in _pairs(entry)] or [entry])
        )
        named = (re.match(r"(?:[\d.]+:)?\$\{?(\w+)", text) for text in written if isinstance(text, str))
        return next((name[1] for name in named if name), "")

    def place_of_variable(self, name: str) -> str:
        """File and line where a variable is first named outside a comment."""
        named = re.compile(rf"(?<!\$)(?:\$\$)*\${{?{name}\b")
        with suppress(yaml.YAMLError):
            for token in yaml.scan(self.text):
                if isinstance(token, yaml.ScalarToken) and named.search(token.value):
                    return f"{self.path}:{token.start_mark.line + 1}"
        return f"{self.path}:1"

    def has(self, key: str) -> bool:
        """Whether the file has a key of its own."""
        return _value(self._root(), key) is not None

    def files_read(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """The other compose files that `include` and `extends` name, each after its keys."""
        root = self._root()
        yield from ((("include",), path) for path in _paths(_value(root, "include"), "path"))
        for name, service in _pairs(_value(root, "services")):
            keys, extends = ("services", str(name.value)), _value(service, "extends")
            if isinstance(extends, yaml.MappingNode):  # a word alone names a service of this file
                yield from (((*keys, "extends"), path) for path in _paths(extends, "file"))
            yield from (((*keys, "env_file"), path) for path in _paths(_value(service, "env_file"), "path"))

    def _root(self) -> yaml.Node | None:
        try:
            return yaml.compose(self.text, Loader=yaml.SafeLoader)
        except yaml.YAMLError:
            return None


def _pairs(node: yaml.Node | None) -> Sequence[tuple[yaml.Node, yaml.Node]]:
    return node.value if isinstance(node, yaml.MappingNode) else ()


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    return next((value for name, value in _pairs(node) if name.value == key), None)


def _entries(node: yaml.Node | None) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        yield from node.value
    elif node is not None:
        yield node


def _paths(node: yaml.Node | None, key: str) -> Iterator[str]:
    """The paths that a node names, or each of a list: under a key, or by itself."""
    for entry in _entries(node):
        named = _value(entry, key) if isinstance(entry, yaml.MappingNode) else entry
        yield from (str(path.value) for path in _entries(named) if isinstance(path, yaml.ScalarNode) and path.value)
