"""What scikit-learn never uses is not imported, and is there for everybody else."""

import json
import subprocess
import sys

import pytest

SEEN = """
import json, sys
import baselines.models.preload
after = sorted({"scipy.stats", "pandas"} & sys.modules.keys())
from sklearn.metrics import label_ranking_average_precision_score
ranked = label_ranking_average_precision_score([[1, 0, 0], [0, 0, 1]], [[0.7, 0.5, 1], [1, 0.2, 0.1]])
import scipy.stats
print(json.dumps([after, ranked, round(scipy.stats.chi2(3).isf(0.5), 6), "scipy.stats" in sys.modules]))
"""
SAVED = """
import sys
from baselines.models.preload import import_skops
from sklearn.svm import SVC
lean = import_skops()
data = lean.dumps(SVC().fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1]))
heavy = {"skops", "scipy.stats", "sklearn.gaussian_process"}
print(lean is import_skops(), len(data) > 1000, *(heavy & set(sys.modules)))
print(lean.get_untrusted_types(data=data), lean.loads(data, trusted=["sklearn.svm._classes.SVC"]).predict([[9.0]]))
import numpy, scipy.special, sklearn.utils, skops.io
print(len(sklearn.utils.all_estimators()) > 100, "expit" in dir(scipy.special), "sin" in dir(numpy))
print(skops.io is lean, skops.io.get_untrusted_types(data=data), skops.io.loads(data).predict([[0.0]]))
"""


def printed(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


@pytest.mark.process
def test_scipy_stats_and_pandas_are_imported_only_when_they_are_used() -> None:
    assert json.loads(printed(SEEN)) == [[], pytest.approx(0.416667, abs=1e-6), 2.365974, True]


@pytest.mark.process
def test_models_are_saved_and_read_without_all_of_scikit_learn_and_others_read_theirs() -> None:
    assert printed(SAVED).splitlines() == [
        "True True",
        "['sklearn.svm._classes.SVC'] [1]",
        "True True True",
        "False [] [0]",
    ]
