"""All that ``nbgrader_config.py`` names: nbgrader's plug-ins and steps."""
