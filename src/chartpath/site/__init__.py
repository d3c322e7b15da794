"""The course as static files: JupyterLite with Python inside the browser, and everything it needs beside it.

`build.build_site` makes the folder; `browser` is the part that runs inside the learner's browser.
"""
