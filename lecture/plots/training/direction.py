"""What a metric's name says: the set it is measured on, whether it is a loss, and whether lower is better."""

import re

VALIDATION = "val_"
_HIGH = (  # ends of the names of scores
    *("acc", "accuracy", "auc", "auroc", "auprc", "precision", "recall", "sensitivity", "specificity"),
    *("f1", "f1_score", "f_score", "fbeta_score", "r2", "r2_score", "iou", "coef", "coefficient", "index"),
    *("dice_score", "similarity", "correlation", "bleu", "free"),
)
_LOW = (  # words anywhere else, such as those in the names of Keras' losses except cosine similarity
    *("loss", "logloss", "cost", "regret", "penalty", "error", "errors", "deviation", "distance", "residual"),
    *("mse", "mae", "mape", "smape", "mase", "msle", "rmse", "rmsle", "nrmse"),
    *("crossentropy", "cross_entropy", "nll", "perplexity", "ppl", "bpd", "divergence", "kl", "kld", "deviance"),
    *("hinge", "poisson", "huber", "logcosh", "log_cosh", "dice", "tversky", "circle", "ctc"),
    *("brier", "ece", "fid", "false", "fp", "fn", "fpr", "fnr", "fdr", "wer", "cer"),
)


def base_of(name: str) -> str:
    """Return a metric's name without the prefix of the validation set.

    >>> base_of("val_loss")
    'loss'
    """
    return name.removeprefix(VALIDATION)


def is_loss(name: str) -> bool:
    """Return whether this is a loss, by the last word of its name.

    >>> [is_loss(name) for name in ("val_loss", "out_loss", "gloss", "loss_accuracy")]
    [True, True, False, False]
    """
    return name.lower().split("_")[-1] in ("loss", "logloss")


def lower_is_better(name: str) -> bool:
    """Return whether lower values of a metric are better, by the words of its name, of which the last count most.

    Parameters
    ----------
    name : str
        Name that Keras logs, such as ``"val_loss"``.

    >>> [lower_is_better(name) for name in ("val_loss", "error_accuracy", "gloss", "false_positives", "auc_1")]
    [True, False, False, True, False]
    """
    words = re.findall("[a-z0-9]+", base_of(name).lower())
    while len(words) > 1 and words[-1].isdigit():  # Keras numbers metrics of one name
        words.pop()
    whole = f"_{'_'.join(words)}_"
    return not whole.endswith(tuple(f"_{end}_" for end in _HIGH)) and any(f"_{word}_" in whole for word in _LOW)
