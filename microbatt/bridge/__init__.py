"""xarray → tf.data: which points, in which order, in which batches."""
