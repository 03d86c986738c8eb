"""Reading our own YAML files, with libyaml where PyYAML was built with it (ten times faster)."""

from pathlib import Path
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> Any:
    """The content of a YAML file of the product's own: plain values only."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
