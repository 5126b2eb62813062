"""How far a search is: driven by hand."""

from lecture.tuning import Trial
from lecture.tuning.progress import Progress


def trial(number, score=None):
    return Trial(number, {}, 0, "failed" if score is None else "completed", score)


def test_a_search_whose_first_trial_fails_goes_on():
    progress = Progress(3, show=False)
    progress.update([trial(0)])
    assert progress.bar.postfix == "1 failed"
    progress.update([trial(0), trial(1, 0.5), trial(2, 0.75)])
    assert progress.bar.postfix == "best 0.7500, 1 failed"
