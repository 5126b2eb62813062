"""Which way a metric is good, by its name; Keras' own metrics are the judge of theirs."""

import keras
import pytest

from lecture.plots.training.direction import is_loss, lower_is_better

LOW = (
    "loss val_loss out_loss loss_1 error_rate mean_squared_error val_rmse mse mape huber log_cosh dice tversky circle "
    "ctc false_positives val_false_negatives fpr wer brier brier_score categorical_crossentropy cross_entropy log_loss "
    "perplexity"
)
HIGH = (
    "accuracy acc val_error_accuracy loss_type_accuracy gloss_accuracy gloss error_free terror_recall auc auc_2 "
    "precision_at_recall top_5_accuracy f1_score error_f1_score r2_score cosine_similarity dice_coef dice_score "
    "true_positives val_mean_io_u score"
)


@pytest.mark.parametrize("name", LOW.split())
def test_losses_and_errors_are_to_be_low(name):
    assert lower_is_better(name)


@pytest.mark.parametrize("name", HIGH.split())
def test_scores_are_to_be_high(name):
    assert not lower_is_better(name)


def made(kind):
    """A metric of this class, as simple as can be."""
    needed = {
        "IoU": {"num_classes": 2, "target_class_ids": [0]},
        "MeanIoU": {"num_classes": 2},
        "OneHotIoU": {"num_classes": 2, "target_class_ids": [0]},
        "OneHotMeanIoU": {"num_classes": 2},
        "MeanRelativeError": {"normalizer": [1.0]},
        **{f"{a}At{b}": {b.lower(): 0.5} for a, b in (("Precision", "Recall"), ("Recall", "Precision"))},
        **{f"{a}At{b}": {b.lower(): 0.5} for a, b in (("Sensitivity", "Specificity"), ("Specificity", "Sensitivity"))},
        "BinaryIoU": {"target_class_ids": [0]},
    }
    return getattr(keras.metrics, kind)(**needed.get(kind, {}))


KINDS = sorted(
    name
    for name, it in vars(keras.metrics).items()
    if isinstance(it, type) and name not in ("Metric", "Mean", "Sum", "MeanMetricWrapper")
)


@pytest.mark.parametrize("kind", KINDS)
def test_of_keras_own_metrics_the_name_says_what_keras_says(kind):
    metric = made(kind)
    direction = getattr(metric, "_direction", None)
    if direction is None:
        pytest.skip("Keras does not say")
    assert lower_is_better(metric.name) == (direction == "down")


def test_all_losses_of_keras_are_to_be_low_by_their_names():
    names = [name for name, it in vars(keras.losses).items() if name.islower() and callable(it)]
    names = set(names) - {"get", "serialize", "deserialize", "cosine_similarity"}  # the last is a metric as well: high
    assert len(names) > 15 and [name for name in sorted(names) if not lower_is_better(name)] == []


def test_a_loss_is_known_by_its_last_word():
    assert is_loss("loss") and is_loss("val_out_loss") and not is_loss("gloss") and not is_loss("loss_accuracy")
