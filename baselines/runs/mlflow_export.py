"""Hand runs to an MLflow tracking server, if mlflow is installed; the plain files stay what counts."""

import os
from datetime import datetime
from importlib import import_module
from typing import Any

from baselines.runs.run_folder import METRICS, PREDICTIONS, RUN, read_run
from curate.ground.errors import BurnishError, InputError

EXPERIMENT = "burnish"
_TAG = "burnish.run"
_LONGEST = 500


def export_runs(folders: list[str], uri: str, experiment: str = EXPERIMENT) -> int:
    """Log each run with its parameters, scores and files; one that is there already is left as it is.

    A run is known by its folder, the time when it was made and the digest of its data.

    Args:
        folders: Of the runs.
        uri: Of the tracking server, such as `http://localhost:5000` or `sqlite:///mlflow.db`; MLflow 3 takes no folder.
        experiment: Is made when it is not there.

    Returns:
        How many were new.

    Raises:
        InputError: mlflow is not installed.
        BurnishError: The server does not answer, or refuses.
    """
    # By default it tries for minutes to reach a server that is not there.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    try:
        tracking = import_module("mlflow.tracking")
    except ImportError:
        raise InputError("--mlflow needs mlflow, which is not installed: pip install mlflow-skinny") from None
    try:
        client = tracking.MlflowClient(tracking_uri=uri)
        found = client.get_experiment_by_name(experiment)
        number = found.experiment_id if found else client.create_experiment(experiment)
        return sum(_export(client, number, folder) for folder in folders)
    except Exception as error:
        if isinstance(error, BurnishError):
            raise
        # The kind of server decides who raises (mlflow, requests, SQLAlchemy), and none of them is imported here.
        reason = str(error).split("\n", maxsplit=1)[0]
        raise BurnishError(f"--mlflow {uri}: {type(error).__name__}: {reason}") from None


def _export(client: Any, experiment: str, folder: str) -> bool:
    """Log one run, and return whether it was new."""
    run = read_run(folder)
    name = f"{folder} {run.created} {run.manifest.digest[:19]}"
    # A quote in the name would end the string of the filter below.
    quoted = name.replace("'", "")
    if client.search_runs([experiment], filter_string=f"tags.`{_TAG}` = '{quoted}'", max_results=1):
        return False
    began = int(datetime.fromisoformat(run.created).timestamp() * 1000)
    tags = {"mlflow.runName": folder, "command": run.command, "data": run.manifest.digest}
    if run.git:
        tags["mlflow.source.git.commit"] = run.git.commit
    logged = client.create_run(experiment, start_time=began, tags=tags).info.run_id
    for key, value in {**run.parameters, "chosen": run.model.name if run.model else None}.items():
        client.log_param(logged, key, str(value)[:_LONGEST])
    for key in ("accuracy", "balanced_accuracy", "macro_f1", "majority_accuracy", "samples"):
        client.log_metric(logged, key, float(getattr(run.score, key)), timestamp=began)
    for file in (RUN, METRICS, PREDICTIONS):
        client.log_artifact(logged, f"{folder}/{file}")
    # Last: what breaks off before it is not taken for whole by the next call.
    client.set_tag(logged, _TAG, quoted)
    client.set_terminated(logged, end_time=began + int(run.cost.wall_s * 1000))
    return True
