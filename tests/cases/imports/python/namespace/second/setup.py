from setuptools import setup

setup(package_dir={"": "source"})
