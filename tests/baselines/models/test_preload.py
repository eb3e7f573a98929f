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
import baselines.models.preload
from baselines.models.model_selection import _file_of
from sklearn.svm import SVC
data = _file_of(SVC().fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1]))
import sklearn.utils
print(len(data) > 1000, "scipy.stats" in sys.modules, "sklearn.gaussian_process" in sys.modules)
print(len(sklearn.utils.all_estimators()) > 100)
"""


def printed(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


@pytest.mark.process
def test_scipy_stats_and_pandas_are_imported_only_when_they_are_used() -> None:
    assert json.loads(printed(SEEN)) == [[], pytest.approx(0.416667, abs=1e-6), 2.365974, True]


@pytest.mark.process
def test_a_model_is_saved_without_all_of_scikit_learn() -> None:
    assert printed(SAVED).split() == ["True", "False", "False", "True"]
