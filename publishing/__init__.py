"""From one source to what people use: notebooks, the book, JupyterLab."""
