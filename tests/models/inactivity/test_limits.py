from models.inactivity.limits import Limits


def lived(scores: list[float], outings_count: bool = False) -> Limits:
    limits = Limits()
    for day in range(100):
        limits.new_day(outings_count)
        limits.learn(scores[day % len(scores)])
    return limits


def test_the_limit_rises_with_what_the_home_scores_and_falls_with_the_budget() -> None:
    for outings_count in (True, False):
        calm, lively = lived([2.0, 3.0, 4.0], outings_count), lived([4.0, 7.0, 10.0], outings_count)
        assert calm.limit(1.0) < lively.limit(1.0)
        assert lively.limit(3.0) < lively.limit(1.0) < lively.limit(0.35)


def test_where_outings_are_silences_the_limit_is_wider() -> None:
    scores = [3.0, 4.0, 5.0, 6.0, 25.0]
    assert lived(scores, outings_count=True).limit(1.0) > lived(scores).limit(1.0)


def test_a_score_below_all_that_are_kept_changes_nothing() -> None:
    limits = lived([5.0])
    before = limits.limit(1.0), len(limits.highest)
    assert limits.lowest > 2.0
    limits.learn(0.7)
    assert (limits.limit(1.0), len(limits.highest)) == before
