"""Extensions that several languages share, told apart by what is in the file."""

from __future__ import annotations

import pytest

from retrieval.languages.content import language_in

CASES = {
    "plain.h": (
        "c",
        "#ifndef PLAIN_H\n#define PLAIN_H\n#include <stdio.h>\nint add(int a, int b);\n#endif\n",
    ),
    "struct.h": ("c", "struct point { int x; int y; };\ntypedef struct point point;\n"),
    "guarded.h": (
        "c",
        '#ifdef __cplusplus\nextern "C" {\n#endif\nint f(void);\n#ifdef __cplusplus\n}\n#endif\n',
    ),
    "comment.h": ("c", "/* a class of functions, using nothing */\nint classify(int value);\n"),
    "class.h": ("cpp", "#pragma once\nclass Point {\npublic:\n  int x;\n};\n"),
    "namespace.h": ("cpp", "namespace a::b {\nint f();\n}\n"),
    "template.h": ("cpp", "template <typename T>\nT max(T a, T b);\n"),
    "std.h": ("cpp", "#include <string>\nvoid say(const std::string& text);\n"),
    "override.h": ("cpp", "struct A : B {\n  int f() const override;\n};\n"),
    "View.h": ("text", "#import <UIKit/UIKit.h>\n@interface View : UIView\n@end\n"),
    "fit.m": ("matlab", "function y = fit(x)\n% a line\ny = 2 * x;\nend\n"),
    "View.m": ("text", '#import "View.h"\n@implementation View\n@end\n'),
    "plot.m": ("mathematica", "(* a plot *)\nf[x_] := x^2\nPlot[f[x], {x, 0, 1}]\n"),
    "run.pl": ("perl", "use strict;\nmy $name = shift;\nprint $name;\n"),
    "family.pl": ("prolog", "parent(ann, bob).\nancestor(X, Y) :- parent(X, Y).\n"),
    "script.pl": ("python", "#!/usr/bin/env python3\nprint(1)\n"),
    "family.pro": ("prolog", "ancestor(X, Y) :- parent(X, Y).\n"),
    "app.pro": ("text", "QT += core gui\nSOURCES += main.cpp\n"),
    "Form.cls": ("visual-basic", 'VERSION 1.0 CLASS\nAttribute VB_Name = "Form"\n'),
    "thesis.cls": ("tex", "\\NeedsTeXFormat{LaTeX2e}\n\\ProvidesClass{thesis}\n"),
    "Account.cls": ("text", "public class Account {\n  public String name;\n}\n"),
    "Program.fs": ("f-sharp", "module Program\nlet add a b = a + b\n"),
    "light.fs": ("glsl", "#version 330 core\nout vec4 color;\nvoid main() { color = vec4(1.0); }\n"),
    "alu.v": ("verilog", "module alu(input a, output b);\n  assign b = a;\nendmodule\n"),
    "Proofs.v": ("text", "Require Import List.\nTheorem t : True.\nProof. exact I. Qed.\n"),
    "main.v": ("text", "module main\n\nfn main() {\n\tprintln('hi')\n}\n"),
    "list.cl": ("common-lisp", "(defun double (x) (* 2 x))\n"),
    "add.cl": ("text", "__kernel void add(__global int *a) { a[0] += 1; }\n"),
    "unit.pp": ("pascal", "unit Lists;\ninterface\nimplementation\nend.\n"),
    "site.pp": ("text", "node default {\n  include apache\n}\n"),
    "header.inc": ("php", "<?php\nfunction f() {}\n"),
    "macros.inc": ("text", "%define SIZE 4\n"),
    "Expr.g": ("antlr", "grammar Expr;\nexpr : INT ;\n"),
    "groups.g": ("text", "G := SymmetricGroup(4);\n"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_text_tells_languages_apart_that_share_an_extension(name: str) -> None:
    language, text = CASES[name]
    assert language_in(f"src/{name}", text) == language


def test_other_names_are_what_their_names_say() -> None:
    assert language_in("a.py", "#import <UIKit/UIKit.h>\n") == "python"
    assert language_in("tool", "#!/bin/sh\nls\n") == "shell"
    assert language_in("empty.h", "") == "c"
