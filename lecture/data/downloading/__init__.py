"""Images from the network, by OpenML's or Keras' own client, in a process of its own that is watched.

It buys two things. A server that stops answering is given up after ten seconds without a byte, so that the next source
is tried and a lecture goes on: neither client has a time limit, and Ctrl-C does not reach every place in which they
wait. And a bar shows the megabytes as they arrive. ``parent`` starts the process and reads its reports; ``child`` runs
in it, and counts the bytes at its sockets; ``clients`` asks OpenML and Keras.
"""

from lecture.data.downloading.parent import download

__all__ = ["download"]
