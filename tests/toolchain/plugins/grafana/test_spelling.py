from toolchain.plugins.framework import string
from toolchain.plugins.grafana.spelling import as_known
from toolchain.plugins.grafana.texts import same_duration

TABLE = {"wait": string(same=same_duration), "name": string()}


def test_the_known_spelling_stays_where_both_mean_the_same():
    assert as_known({"wait": "1h", "name": "n"}, {"wait": "60m", "name": "n"}, TABLE) == {"wait": "60m", "name": "n"}


def test_what_differs_or_is_new_is_as_seen():
    assert as_known({"wait": "2h", "name": "n"}, {"wait": "60m"}, TABLE) == {"wait": "2h", "name": "n"}
    assert as_known({"wait": None, "other": 1}, {"wait": "60m", "other": 2}, TABLE) == {"wait": None, "other": 1}
