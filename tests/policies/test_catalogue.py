import re
from collections import Counter

import pytest

from policies import catalogue
from policies.pack.rule import Rule
from policies.rules import RULES


def test_the_readme_is_what_the_rules_say() -> None:
    assert catalogue.README.read_text() == catalogue.render()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.name))
def test_every_rule_says_why_what_to_do_and_where_from(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.name)
    assert rule.description.endswith(".")
    assert rule.steps.endswith((".", "….", "…"))
    assert rule.source
    assert rule.tags


def test_names_are_unique() -> None:
    assert [name for name, count in Counter(rule.name for rule in RULES).items() if count > 1] == []


def test_a_number_has_a_default_within_its_bounds_and_a_description() -> None:
    schemas = [schema for rule in RULES for schema in rule.numbers.values()]

    assert [schema for schema in schemas if not schema["description"].endswith(".")] == []
    assert [
        each for each in schemas if "minimum" in each and not each["minimum"] <= each["default"] <= each["maximum"]
    ] == []
    assert [each for each in schemas if "enum" in each and each["default"] not in each["enum"]] == []
