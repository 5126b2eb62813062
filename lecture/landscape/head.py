"""What stands before the last function of a model, and behind it."""

import keras

LAST = ("Softmax", "Sigmoid")  # the operations that make probabilities


def logits(outputs):
    """Return what goes into the softmax or sigmoid that a graph's outputs come from; the outputs if from neither."""
    return outputs.op.inputs[0] if outputs.op.type in LAST else outputs


def probabilities(outputs, from_logits: bool):
    """Return a model's outputs as probabilities.

    Raises
    ------
    ValueError
        If they are none.
    """
    if outputs.op.type in LAST:
        return outputs
    if not from_logits:
        raise ValueError(
            "the model must end in a softmax or sigmoid, or have a loss on logits, for of='probabilities': "
            "take of='logits' for the outputs as they are."
        )
    one = outputs.shape[-1] == 1
    return keras.ops.sigmoid(outputs) if one else keras.ops.softmax(outputs)
