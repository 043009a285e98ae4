"""What the program declares and no local deployment creates: the whole list, with the reasons."""

from collections.abc import Mapping
from typing import Final

ABSENT: Final[Mapping[str, str]] = {
    "aws:cloudwatch/queryDefinition:QueryDefinition": (
        "the emulated AWS has no saved queries of Logs Insights; nothing else refers to them"
    ),
}
