from policies import catalogue
from policies.rules import RULES


def test_the_readme_is_what_the_rules_say() -> None:
    assert catalogue.README.read_text() == catalogue.render()


def test_every_rule_says_why_what_to_do_and_where_from() -> None:
    assert [rule.name for rule in RULES if not (rule.severity and rule.remediation_steps)] == []
    assert [rule.name for rule in RULES if not (rule.url or rule.framework)] == []
