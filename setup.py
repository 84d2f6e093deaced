"""What `pyproject.toml` cannot say of the wheel: the files at the top of the tree that the product reads."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithInstanceFile(build_py):
    """Also puts `dagster.yaml` into `orchestration/`, where an installed product looks for it."""

    def run(self) -> None:
        """Copy packages and data as usual, then the file."""
        super().run()
        if not self.editable_mode:
            shutil.copyfile("dagster.yaml", Path(self.build_lib) / "orchestration" / "dagster.yaml")


setup(cmdclass={"build_py": BuildWithInstanceFile})
