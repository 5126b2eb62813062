"""What stands before the last function of a model, and behind it."""

import keras
import tensorflow as tf


def logits(outputs):
    """Return what goes into the softmax or sigmoid that a model ends in; its outputs if it ends in neither."""
    known = getattr(outputs, "_keras_logits", None)  # Keras notes them for its losses
    if known is not None:
        return known
    return outputs.op.inputs[0] if outputs.op.type in ("Softmax", "Sigmoid") else tf.identity(outputs)


def ends_in_probabilities(outputs) -> bool:
    """Whether a softmax or sigmoid comes last."""
    return getattr(outputs, "_keras_logits", None) is not None or outputs.op.type in ("Softmax", "Sigmoid")


def probabilities(outputs, from_logits: bool):
    """Return a model's outputs as probabilities.

    Raises
    ------
    ValueError
        If they are none.
    """
    if ends_in_probabilities(outputs):
        return outputs
    if not from_logits:
        raise ValueError(
            "the model must end in a softmax or sigmoid, or have a loss on logits, for of='probabilities': "
            "take of='logits' for the outputs as they are."
        )
    one = outputs.shape[-1] == 1
    return keras.ops.sigmoid(outputs) if one else keras.ops.softmax(outputs)
