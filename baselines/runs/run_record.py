"""`run.json`: what is needed to repeat a run, and what came of it in one line."""

from msgspec import Struct

FORMAT = 1
Parameter = str | int | float | bool | list[str] | None
"""What an option of `train` or `evaluate` may be."""


class ManifestRecord(Struct, frozen=True):
    """What went in.

    Attributes:
        digest: `sha256:` of the sorted set of samples (digest or path, label, split, tags): the same for the same data
            in another order or folder.
        samples: How many lines.
        labels: Samples of each label.
        splits: Samples of each split.
        recipes: Digests of the recipes that made generated samples.
    """

    digest: str
    samples: int
    labels: dict[str, int]
    splits: dict[str, int]
    recipes: tuple[str, ...] = ()


class Counts(Struct, frozen=True):
    """Who took which part.

    Attributes:
        train: Samples that were trained on; in cross-validation, of all folds together.
        test: Samples that were tested.
        generated: Of the training samples, those that a recipe made.
        left_out: Samples that took no part, by reason.
        tagged: Of the training samples that no recipe made, those with a tag; None in the record of an older version.
    """

    train: int
    test: int
    generated: int = 0
    left_out: dict[str, int] = {}
    tagged: int | None = None


class TrialRecord(Struct, frozen=True):
    """How a candidate did in cross-validation on the training part.

    Attributes:
        model: Name, with `, balanced` where each class weighs the same.
        macro_f1: 0 to 1.
        accuracy: 0 to 1.
    """

    model: str
    macro_f1: float
    accuracy: float


class WeightRecord(Struct, frozen=True):
    """How the model did in validation with a weight of the generated samples; all shares are 0 to 1.

    Attributes:
        weight: 0: without them.
        weak: Accuracy on the samples with the tags that they were made for.
        rest: On the others; None where there are none.
        samples: How many weak ones and how many others.
    """

    weight: float
    weak: float
    rest: float | None
    samples: tuple[int, int]


class ModelRecord(Struct, frozen=True):
    """The model in `model.skops`, and how it was found.

    Attributes:
        name: Of the model that was fitted on all that may be trained on.
        labels: Its classes are numbers; these are their names.
        kind: `image` or `audio`.
        features: Families of features that it takes, in this order.
        features_version: Their definition.
        temperature: Its probabilities are softmax(scores / temperature).
        training_accuracy: Share of its own training samples that it gets right, 0 to 1.
        trials: What it was chosen from, the best first.
        folds: In cross-validation, the model of each fold: the same, but where a fold had one class to learn.
        settings: The hyperparameters that it was fitted with.
        embeddings: Of the features that are embeddings, the digest of what made them, in their order.
        like: The run whose model, hyperparameters and features were held still; None: they were chosen here.
        generated_weight: What a generated sample weighed beside a real one; None where there were none.
        weights: What that was chosen from; empty where it was not chosen.
    """

    name: str
    labels: tuple[str, ...]
    kind: str
    features: tuple[str, ...]
    features_version: int
    temperature: float
    training_accuracy: float
    trials: tuple[TrialRecord, ...] = ()
    folds: tuple[str, ...] = ()
    settings: dict[str, str | int | float | bool | None] = {}
    embeddings: tuple[str, ...] = ()
    like: str | None = None
    generated_weight: float | None = None
    weights: tuple[WeightRecord, ...] = ()


class Score(Struct, frozen=True):
    """The figures of `metrics.json` that stand for the run.

    Attributes:
        samples: Tested.
        accuracy: 0 to 1.
        interval: 95 % interval of the accuracy: Wilson's; by group and with the spread of repeats where they are known.
        balanced_accuracy: 0 to 1.
        macro_f1: 0 to 1.
        majority_accuracy: Of always guessing the class that is the most frequent among the tested samples.
        training_majority_accuracy: Of always guessing the class that is the most frequent among the training samples.
    """

    samples: int
    accuracy: float
    interval: tuple[float, float]
    balanced_accuracy: float
    macro_f1: float
    majority_accuracy: float
    training_majority_accuracy: float | None = None


class Groups(Struct, frozen=True):
    """What ties samples together.

    Attributes:
        key: As `--group` named it.
        count: How many groups are tested.
    """

    key: str
    count: int


class GitRecord(Struct, frozen=True):
    """The user's repository.

    Attributes:
        commit: What is checked out.
        dirty: Whether files that git knows differ from it.
    """

    commit: str
    dirty: bool


class Cost(Struct, frozen=True):
    """What it took.

    Attributes:
        wall_s: Seconds on the clock.
        cpu_s: Seconds of all processors, worker processes included.
        peak_memory_mb: The most memory that one process held, in units of 1,000,000 bytes.
    """

    wall_s: float
    cpu_s: float
    peak_memory_mb: float


class Run(Struct, frozen=True):
    """What `run.json` holds.

    Attributes:
        format: Version of this record.
        command: `train` or `evaluate`.
        created: When it began, UTC, ISO 8601.
        arguments: The command line after `burnish`.
        directory: Where it was typed.
        manifest: What went in.
        counts: Who took which part.
        evaluation: In words, what was tested and how.
        parameters: The options that matter.
        score: What came of it.
        cost: What it took.
        model: None for predictions that came from elsewhere.
        predictions: Name and digest of the file of predictions of `evaluate`.
        git: None outside a repository.
        versions: Of burnish, Python and the libraries.
        machine: System, processor, number of processors.
        training_digest: `sha256:` of the sorted set of real training samples (digest or path, and label); None where
            there is no training part.
        training_majority: The most frequent class of the training part; of equals the first by name.
        groups: None where no group was named.
        repeats: How many other draws of the training part were tried.
        model_digest: `sha256:` of `model.skops`, of this very file: of an equal model it is another, as skops names its
            parts by their addresses. None where there is no model, and in the record of an older version.
    """

    command: str
    created: str
    arguments: tuple[str, ...]
    directory: str
    manifest: ManifestRecord
    counts: Counts
    evaluation: str
    parameters: dict[str, Parameter]
    score: Score
    cost: Cost
    model: ModelRecord | None = None
    predictions: str | None = None
    git: GitRecord | None = None
    versions: dict[str, str] = {}
    machine: dict[str, str | int] = {}
    training_digest: str | None = None
    training_majority: str | None = None
    groups: Groups | None = None
    repeats: int = 0
    model_digest: str | None = None
    format: int = FORMAT
