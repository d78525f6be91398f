from bnviz.ui.server.results import Results


def test_least_recently_used_goes_first():
    results = Results(limit=30)
    results.keep("a", "A", 10)
    results.keep("b", "B", 10)
    results.keep("c", "C", 10)
    assert results.get("a") == "A"
    results.keep("d", "D", 10)
    assert [results.get(key) for key in "abcd"] == ["A", None, "C", "D"]


def test_bytes_stay_within_the_limit():
    results = Results(limit=100)
    for number in range(50):
        results.keep(str(number), number, 7 + number % 5)
        assert results.bytes <= 100
    assert results.get("49") == 49


def test_keeping_a_key_again_replaces_its_size():
    results = Results(limit=30)
    results.keep("a", "old", 20)
    results.keep("a", "new", 5)
    assert (results.get("a"), results.bytes, len(results)) == ("new", 5, 1)


def test_a_value_larger_than_the_limit_is_not_kept_and_evicts_nothing():
    results = Results(limit=10)
    results.keep("small", 1, 5)
    results.keep("large", 2, 11)
    assert (results.get("small"), results.get("large")) == (1, None)
