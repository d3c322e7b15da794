"""No test, and no notebook that nbval runs, reads or writes the record of whoever runs the tests."""

from __future__ import annotations

import os

os.environ["CHARTPATH_RECORD"] = "none"  # a test of the record sets its own folder, and unsets this
