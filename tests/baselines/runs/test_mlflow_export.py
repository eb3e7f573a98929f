"""Runs handed to MLflow: tried with a stand-in that has the calls of `mlflow.tracking.MlflowClient`."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import pytest

from baselines.runs.mlflow_export import export_runs
from baselines.runs.run_folder import write_run
from baselines.runs.run_list import list_runs
from curate.ground.errors import BurnishError, InputError
from tests.baselines.runs.test_run_folder import METRICS, PREDICTIONS, RUN


class Client:
    """Remembers what it is told, for all of its instances."""

    calls: ClassVar[list[tuple[Any, ...]]] = []
    known: ClassVar[set[str]] = set()

    def __init__(self, tracking_uri: str) -> None:
        if tracking_uri == "http://nobody":
            raise OSError("nobody answers\nfor 30 s")

    def get_experiment_by_name(self, name: str) -> None:
        return None

    def create_experiment(self, name: str) -> str:
        return name

    def search_runs(self, experiments: list[str], filter_string: str, max_results: int) -> list[str]:
        return [one for one in self.known if one in filter_string]

    def create_run(self, experiment: str, start_time: int, tags: dict[str, str]) -> Any:
        self.calls.append(("run", experiment, start_time, tags["mlflow.runName"]))
        return SimpleNamespace(info=SimpleNamespace(run_id="1"))

    def log_param(self, run: str, key: str, value: str) -> None:
        self.calls.append(("param", key, value))

    def log_metric(self, run: str, key: str, value: float, timestamp: int) -> None:
        self.calls.append(("metric", key, value))

    def log_artifact(self, run: str, path: str) -> None:
        assert Path(path).is_file()
        self.calls.append(("file", Path(path).name))

    def set_tag(self, run: str, key: str, value: str) -> None:
        assert key == "burnish.run"
        self.known.add(value)

    def set_terminated(self, run: str, end_time: int) -> None:
        self.calls.append(("end", end_time))


@pytest.fixture
def mlflow(monkeypatch: pytest.MonkeyPatch) -> type[Client]:
    tracking: Any = ModuleType("mlflow.tracking")
    tracking.MlflowClient = Client
    monkeypatch.setitem(sys.modules, "mlflow", ModuleType("mlflow"))
    monkeypatch.setitem(sys.modules, "mlflow.tracking", tracking)
    monkeypatch.setattr(Client, "calls", [])
    monkeypatch.setattr(Client, "known", set())
    return Client


def test_a_run_is_logged_once(mlflow: type[Client], tmp_path: Path) -> None:
    folder = str(tmp_path / "run")
    write_run(folder, RUN, METRICS, PREDICTIONS)
    assert export_runs([folder], "file:x") == 1
    began = 1767323045000
    assert mlflow.calls[0] == ("run", "burnish", began, folder)
    assert ("param", "model", "auto") in mlflow.calls
    assert ("metric", "accuracy", 0.5) in mlflow.calls
    assert [call[1] for call in mlflow.calls if call[0] == "file"] == ["run.json", "metrics.json", "predictions.jsonl"]
    assert mlflow.calls[-1] == ("end", began + 1000)
    assert export_runs([folder], "file:x") == 0


def test_a_server_that_does_not_answer_is_one_line(mlflow: type[Client]) -> None:
    with pytest.raises(BurnishError, match=r"^--mlflow http://nobody: OSError: nobody answers$"):
        export_runs([], "http://nobody")


def test_without_mlflow_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlflow.tracking", None)
    with pytest.raises(InputError, match="--mlflow needs mlflow, which is not installed: pip install mlflow-skinny"):
        export_runs([], "file:x")


@pytest.mark.slow
def test_a_real_mlflow_has_what_the_run_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tracking = pytest.importorskip("mlflow.tracking", reason="mlflow is not installed")
    monkeypatch.chdir(tmp_path)  # where it keeps files, below mlruns
    folders = ['runs/it\'s a "run" 50%', "runs/second"]
    for folder in folders:
        write_run(folder, RUN, METRICS, PREDICTIONS)
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    assert export_runs(folders, uri) == 2
    assert export_runs(folders, uri) == 0
    client = tracking.MlflowClient(uri)
    logged = client.search_runs([client.get_experiment_by_name("burnish").experiment_id])
    assert {one.info.run_name for one in logged} == set(folders)
    for one in logged:
        assert one.data.metrics["accuracy"] == pytest.approx(RUN.score.accuracy)
        assert one.data.tags["data"] == RUN.manifest.digest
        assert one.info.status == "FINISHED"
        files = {found.path for found in client.list_artifacts(one.info.run_id)}
        assert files == {"run.json", "metrics.json", "predictions.jsonl"}
    # Its copies of the runs are none of ours: else each call would find, and log, all of them again.
    assert {line.run for line in list_runs(".").runs} == {f"./{folder}" for folder in folders}


@pytest.mark.slow
def test_what_breaks_off_is_logged_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tracking = pytest.importorskip("mlflow.tracking", reason="mlflow is not installed")
    monkeypatch.chdir(tmp_path)
    write_run("run", RUN, METRICS, PREDICTIONS)
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    with monkeypatch.context() as broken:
        broken.setattr(tracking.MlflowClient, "log_artifact", lambda *_: (_ for _ in ()).throw(OSError("gone")))
        with pytest.raises(BurnishError, match="OSError: gone"):
            export_runs(["run"], uri)
    assert export_runs(["run"], uri) == 1
    assert export_runs(["run"], uri) == 0
