"""What makes the loop fast, safe and kind: nothing that a reader of `lecture.replicas.loop` has to know.

- ``program`` compiles the loop with XLA, once for all trainings of the same shapes. 100 networks 12-50-50-2 take
  750 steps in about 2 s on two cores; ``make bench`` has a loop of Keras fits beside it.
- ``run``, ``cores`` and ``memory`` cut the replicas into slices, one for each core, and into parts that fit into
  memory; after Ctrl-C (``interrupt``) what is done is kept.
- ``lecture.replicas.side_by_side`` makes one product of the first layer where all take the same mini-batches.
- ``batches`` deals out the mini-batches of all seeds.
- ``conditions``, ``checks``, ``labels``, ``functions`` and ``optimizers`` refuse in a sentence what cannot be trained.
"""
