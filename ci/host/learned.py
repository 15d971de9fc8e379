"""What is learned of a host's releases after their switches: `.releases/state.json`."""

import json
from collections.abc import Mapping
from typing import Any, Self

from attrs import evolve, field, frozen


@frozen
class Learned:
    """The file as it is; keys of a newer version of the pipeline stay in it."""

    data: Mapping[str, Any] = field(factory=dict, hash=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read the file; one that is not whole is nothing."""
        try:
            return cls(dict(json.loads(text)))
        except (TypeError, ValueError):
            return cls()

    def to_json(self) -> str:
        """The file's text."""
        return json.dumps(self.data, indent=1)

    def smoke(self, number: int) -> str:
        """How people could use a release: green, red, or red before; nothing when nobody looked."""
        return str(self.data.get("smoke", {}).get(str(number), ""))

    def with_smoke(self, number: int, status: str) -> Self:
        """The same with how people could use a release."""
        return evolve(self, data={**self.data, "smoke": {**self.data.get("smoke", {}), str(number): status}})
