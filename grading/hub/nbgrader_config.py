"""nbgrader on the class's server: every JupyterLab that the hub starts reads this file.

The instructors' JupyterLab reads grading/nbgrader_config.py of the course as well.
"""

import os

c = get_config()  # noqa: F821 - nbgrader gives it

c.CourseDirectory.course_id = "chartpath"
c.Exchange.root = os.environ["CHARTPATH_EXCHANGE"]  # jupyterhub_config.py names it
# Everybody can write to the folder for handed-in work: what is taken from it is checked.
c.ExchangeFactory.collect = "chartpath.grading.exchange.CheckedCollect"
c.ExchangeFactory.list = "chartpath.grading.exchange.FeedbackList"
