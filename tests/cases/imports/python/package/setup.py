from setuptools import setup
import main
