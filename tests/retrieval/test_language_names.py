from __future__ import annotations

import pytest

from retrieval.languages.names import LANGUAGES, TEXT, language_of

# As DeepSeek-Coder's README lists them.
README = """
ada agda alloy antlr applescript assembly augeas awk batchfile bluespec c c-sharp clojure cmake coffeescript
common-lisp cpp css cuda dart dockerfile elixir elm emacs-lisp erlang f-sharp fortran glsl go groovy haskell
html idris isabelle java java-server-pages javascript json julia jupyter-notebook kotlin lean literate-agda
literate-coffeescript literate-haskell lua makefile maple markdown mathematica matlab ocaml pascal perl php
powershell prolog protocol-buffer python r racket restructuredtext rmarkdown ruby rust sas scala scheme shell
smalltalk solidity sparql sql stan standard-ml stata systemverilog tcl tcsh tex thrift typescript verilog vhdl
visual-basic xslt yacc yaml zig
"""

# One or more real file names for every language.
NAMES = {
    "ada": "src/main.adb lib.ads",
    "agda": "Nat.agda",
    "alloy": "model.als",
    "antlr": "Expr.g4",
    "applescript": "mail.applescript",
    "assembly": "boot.asm start.S memcpy.s",
    "augeas": "hosts.aug",
    "awk": "sum.awk",
    "batchfile": "build.bat RUN.CMD",
    "bluespec": "Fifo.bsv",
    "c": "main.c util.h",
    "csharp": "Program.cs script.csx",
    "clojure": "core.clj app.cljs deps.edn",
    "cmake": "CMakeLists.txt find.cmake config.cmake.in",
    "coffeescript": "app.coffee Cakefile",
    "common-lisp": "main.lisp system.asd",
    "cpp": "a.cpp b.cc c.cxx d.hpp e.hh sketch.ino f.C g.H module.cppm",
    "css": "style.css",
    "cuda": "kernel.cu kernel.cuh",
    "dart": "main.dart",
    "dockerfile": "Dockerfile Dockerfile.dev api.dockerfile Containerfile",
    "elixir": "app.ex mix.exs",
    "elm": "Main.elm",
    "emacs-lisp": "init.el .emacs",
    "erlang": "server.erl server.hrl rebar.config app.app.src",
    "f-sharp": "Program.fs script.fsx",
    "fortran": "solve.f90 old.F blas.f",
    "glsl": "light.vert light.frag noise.glsl",
    "go": "main.go",
    "groovy": "build.gradle Jenkinsfile Job.groovy",
    "haskell": "Main.hs",
    "html": "index.html old.htm",
    "idris": "Vect.idr",
    "isabelle": "Sorting.thy",
    "java": "Main.java",
    "java-server-pages": "index.jsp",
    "javascript": "index.js app.mjs old.cjs View.jsx Jakefile",
    "json": "package.json tsconfig.jsonc map.geojson .babelrc",
    "julia": "solve.jl",
    "jupyter-notebook": "study.ipynb",
    "kotlin": "Main.kt build.gradle.kts",
    "lean": "Basic.lean",
    "literate-agda": "Paper.lagda Paper.lagda.md",
    "literate-coffeescript": "notes.litcoffee notes.coffee.md",
    "literate-haskell": "Paper.lhs",
    "lua": "init.lua x-1.rockspec",
    "makefile": "Makefile GNUmakefile rules.mk Makefile.am Makefile.linux",
    "maple": "work.mpl",
    "markdown": "README.md notes.markdown page.mdx",
    "mathematica": "plot.wl plot.nb",
    "matlab": "fit.m",
    "ocaml": "main.ml main.mli lexer.mll",
    "pascal": "unit1.pas game.dpr",
    "perl": "run.pl Tool.pm Makefile.PL basic.t",
    "php": "index.php page.phtml",
    "powershell": "Deploy.ps1 Tools.psm1",
    "prolog": "facts.prolog family.pro",
    "protocol-buffer": "api.proto",
    "python": "main.py stub.pyi SConstruct wscript",
    "r": "fit.R fit.r .Rprofile",
    "racket": "main.rkt",
    "restructuredtext": "index.rst page.rest",
    "rmarkdown": "report.Rmd report.qmd",
    "ruby": "app.rb Gemfile Rakefile x.gemspec config.ru",
    "rust": "main.rs",
    "sas": "report.sas",
    "scala": "Main.scala build.sbt",
    "scheme": "main.scm lib.sld",
    "shell": "run.sh setup.bash .bashrc PKGBUILD gradlew",
    "smalltalk": "Object.st",
    "solidity": "Token.sol",
    "sparql": "query.rq query.sparql",
    "sql": "schema.sql",
    "stan": "model.stan",
    "standard-ml": "list.sml list.sig",
    "stata": "clean.do tool.ado",
    "systemverilog": "alu.sv defs.svh",
    "tcl": "gui.tcl",
    "tcsh": "run.csh .cshrc",
    "tex": "paper.tex style.sty refs.bib.tex",
    "thrift": "api.thrift",
    "tsx": "View.tsx",
    "typescript": "index.ts types.d.ts server.mts old.cts",
    "verilog": "alu.v",
    "vhdl": "alu.vhd alu.vhdl",
    "visual-basic": "Form1.vb tool.bas",
    "xslt": "page.xsl page.xslt",
    "yacc": "parser.y",
    "yaml": "ci.yml values.yaml .clang-format",
    "zig": "main.zig build.zig.zon",
}


def test_every_language_of_the_model_has_a_name_and_a_file() -> None:
    ours = {"c-sharp": "csharp"}
    assert set(LANGUAGES) == {ours.get(name, name) for name in README.split()} | {"tsx", TEXT}
    assert len(LANGUAGES) == len(set(LANGUAGES))
    assert set(NAMES) == set(LANGUAGES) - {TEXT}


@pytest.mark.parametrize("language", NAMES)
def test_names_and_extensions_tell_the_language(language: str) -> None:
    told = {name: language_of(f"some/folder.py/{name}") for name in NAMES[language].split()}
    assert told == dict.fromkeys(told, language)


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("#!/bin/sh", "shell"),
        ("#!/usr/bin/env python3", "python"),
        ("#!/usr/bin/env -S python3.11 -u", "python"),
        ("#!/usr/bin/env -S LANG=C node --harmony", "javascript"),
        ("#! /usr/local/bin/perl -w", "perl"),
        ("#!/usr/bin/pypy3", "python"),
        ("#!/bin/tcsh -f", "tcsh"),
        ("#!/usr/bin/env Rscript", "r"),
        ("#!/usr/bin/make -f", "makefile"),
        ("#!/usr/bin/php8.2", "php"),
        ("#!/usr/bin/env ts-node", "typescript"),
        ("#!C:/Ruby/bin/ruby.exe", "ruby"),
        ("\ufeff#!/bin/bash", "shell"),
        ("#!/usr/bin/env", TEXT),
        ("#!", TEXT),
        ("#!/opt/unheard-of", TEXT),
        ("# python3", TEXT),
        ("", TEXT),
    ],
)
def test_a_file_without_an_extension_is_what_its_first_line_runs(line: str, language: str) -> None:
    assert language_of("bin/tool", line) == language


def test_a_known_extension_counts_more_than_the_first_line() -> None:
    assert language_of("tool.py", "#!/bin/sh") == "python"


def test_an_extension_that_scripts_share_counts_less_than_the_first_line() -> None:
    assert language_of("basic.t", "#!/usr/bin/env python") == "python"
    assert language_of("backup.command", "#!/usr/bin/env ruby") == "ruby"
    assert language_of("form.cgi", "#!/usr/bin/perl") == "perl"


def test_an_unknown_extension_falls_back_to_the_first_line() -> None:
    assert language_of("tool.unknown", "#!/usr/bin/env lua5.4") == "lua"


@pytest.mark.parametrize(
    "path", ["LICENSE", "data.csv", "notes.txt", ".gitignore", ".py", "archive.tar.gz", "a.swift", "", "x."]
)
def test_everything_else_is_text(path: str) -> None:
    assert language_of(path) == TEXT
