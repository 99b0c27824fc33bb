"""Which language a file is written in, by its name, its extension, and what its first line runs.

The names are those of DeepSeek-Coder's README, which lists 89 where the paper counts 87, with two exceptions:
`csharp` (there `c-sharp`), which is what fences and tools say, and `tsx`, which is `typescript` there, but
has a grammar of its own. "text" stands for everything else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

TEXT = "text"


@dataclass(frozen=True, slots=True)
class _Row:
    extensions: str  # without the dot, lower case; the first language that lists one has it
    names: str = ""  # whole file names, lower case
    interpreters: str = ""  # as a `#!` line names them, without version numbers


_ROWS: dict[str, _Row] = {
    "ada": _Row("ada adb ads"),
    "agda": _Row("agda"),
    "alloy": _Row("als"),
    "antlr": _Row("g4 g3 g"),
    "applescript": _Row("applescript", "", "osascript"),
    "assembly": _Row("asm s a51 nasm i86"),
    "augeas": _Row("aug"),
    "awk": _Row("awk auk gawk mawk nawk", "", "awk gawk mawk nawk"),
    "batchfile": _Row("bat cmd"),
    "bluespec": _Row("bsv bs"),
    "c": _Row("c h idc cats", "", "tcc"),
    "csharp": _Row("cs csx cake", "", "dotnet-script"),
    "clojure": _Row("clj cljs cljc cljx edn boot cl2 hic bb", "riemann.config", "bb clojure"),
    "cmake": _Row("cmake cmake.in", "cmakelists.txt"),
    "coffeescript": _Row("coffee cjsx iced _coffee", "cakefile", "coffee"),
    "common-lisp": _Row("lisp lsp asd cl ny podsl sexp", ".sbclrc .clisprc.lisp", "sbcl clisp ccl ecl lisp"),
    "cpp": _Row("cpp cc cxx c++ cp hpp hh hxx h++ inl ipp ixx cppm ccm cxxm tcc tpp txx ino inc.h"),
    "css": _Row("css"),
    "cuda": _Row("cu cuh"),
    "dart": _Row("dart", "", "dart"),
    "dockerfile": _Row("dockerfile containerfile", "dockerfile containerfile"),
    "elixir": _Row("ex exs", "mix.lock", "elixir iex"),
    "elm": _Row("elm"),
    "emacs-lisp": _Row("el", ".emacs .gnus .spacemacs .viper cask project.ede _emacs .abbrev_defs", "emacs"),
    "erlang": _Row(
        "erl hrl escript xrl yrl app.src app",
        "rebar.config rebar.config.lock rebar.lock emakefile",
        "escript",
    ),
    "f-sharp": _Row("fs fsi fsx"),
    "fortran": _Row("f90 f95 f03 f08 f77 f for ftn fpp"),
    "glsl": _Row(
        "glsl vert frag geom tesc tese comp fshader vshader vsh fsh vs glslf glslv rgen rchit rmiss"
    ),
    "go": _Row("go"),
    "groovy": _Row("groovy gradle grt gtpl gvy gy gsh", "jenkinsfile", "groovy"),
    "haskell": _Row("hs hsc hs-boot", "", "runghc runhaskell runhugs stack"),
    "html": _Row("html htm xhtml xht hta"),
    "idris": _Row("idr lidr"),
    "isabelle": _Row("thy"),
    "java": _Row("java jav jsh"),
    "java-server-pages": _Row("jsp jspf jspx jtag"),
    "javascript": _Row(
        "js mjs cjs jsx es6 es jsm _js bones frag.js gs jake jsb jscad jsfl jss pac sjs ssjs xsjs xsjslib",
        "jakefile",
        "node nodejs bun qjs d8 js rhino v8 v8-shell gjs",
    ),
    "json": _Row(
        "json jsonc json5 jsonl ndjson geojson topojson webmanifest har avsc gltf mcmeta code-workspace tact",
        ".arcconfig .auto-changelog .babelrc .c8rc .eslintrc .htmlhintrc .imgbotconfig .jscsrc"
        " .jshintrc .jslintrc"
        " .nycrc .swcrc .tern-config .tern-project .watchmanconfig composer.lock deno.lock flake.lock"
        " pipfile.lock",
    ),
    "julia": _Row("jl", "", "julia"),
    "jupyter-notebook": _Row("ipynb"),
    "kotlin": _Row("kt kts ktm", "", "kotlin kotlinc"),
    "lean": _Row("lean hlean", "", "lean"),
    "literate-agda": _Row("lagda lagda.md lagda.rst lagda.tex"),
    "literate-coffeescript": _Row("litcoffee coffee.md"),
    "literate-haskell": _Row("lhs"),
    "lua": _Row("lua luau nse pd_lua rbxs rockspec wlua", ".luacheckrc", "lua luajit luau texlua"),
    "makefile": _Row(
        "mk mak make mkfile",
        "makefile gnumakefile bsdmakefile kbuild makefile.am makefile.in makefile.inc makefile.boot"
        " makefile.sco"
        " makefile.frag makefile.wat mkfile mkfile.linux",
        "make",
    ),
    "maple": _Row("mpl maplet"),
    "markdown": _Row("md markdown mdown mdwn mkd mkdn mkdown mdx livemd ronn scd workbook", "contents.lr"),
    "mathematica": _Row("wl wls nb mathematica cdf ma mt nbp wlt", "", "wolframscript wolfram math"),
    "matlab": _Row("m matlab", "", "octave"),
    "ocaml": _Row("ml mli mll mly ml4 eliom eliomi", ".ocamlinit", "ocaml ocamlrun ocamlscript utop"),
    "pascal": _Row("pas pp pascal dpr dpk lpr", "", "instantfpc"),
    "perl": _Row(
        "pl pm pod t psgi perl ph plx al",
        "makefile.pl build.pl cpanfile rexfile ack .perlcriticrc .perltidyrc",
        "perl cperl",
    ),
    "php": _Row(
        "php phtml php3 php4 php5 php7 phps phpt ctp aw inc", ".php_cs .php_cs.dist phakefile", "php"
    ),
    "powershell": _Row("ps1 psm1 psd1 pssc psrc", "", "pwsh powershell"),
    "prolog": _Row("pro prolog yap plt", "", "swipl yap gprolog prolog"),
    "protocol-buffer": _Row("proto"),
    "python": _Row(
        "py pyi pyw py3 pyt wsgi xpy gyp gypi tac lmi",
        "sconstruct sconscript wscript .pythonstartup .pdbrc .gclient deps",
        "python pypy ipython uv pipx sage rpython",
    ),
    "r": _Row("r rd rsx", ".rprofile expr-dist", "rscript r littler"),
    "racket": _Row("rkt rktd rktl scrbl", "", "racket"),
    "restructuredtext": _Row("rst rest rst.txt rest.txt"),
    "rmarkdown": _Row("rmd qmd"),
    "ruby": _Row(
        "rb rake gemspec ru rbi podspec builder jbuilder thor rabl god mspec rbuild rbw rbx watchr eye"
        " prawn ruby",
        "gemfile rakefile vagrantfile podfile guardfile capfile fastfile appfile matchfile brewfile"
        " appraisals"
        " berksfile buildfile dangerfile deliverfile gymfile jarfile mavenfile puppetfile scanfile"
        " snapfile steepfile"
        " thorfile .irbrc .pryrc .simplecov",
        "ruby jruby rbx macruby rake rails",
    ),
    "rust": _Row("rs rs.in", "", "cargo rust-script run-cargo-script"),
    "sas": _Row("sas"),
    "scala": _Row("scala sbt sc kojo", "", "scala amm"),
    "scheme": _Row("scm ss sld sls sps sch", "", "guile gosh scheme csi chibi bigloo chicken"),
    "shell": _Row(
        "sh bash zsh ksh bats command ebuild eclass tmux sh.in envrc",
        ".bashrc .bash_profile .bash_aliases .bash_functions .bash_login .bash_logout .profile .zshrc"
        " .zprofile"
        " .zshenv .zlogin .zlogout .kshrc .xinitrc .xprofile .xsession .login .envrc .flaskenv bashrc"
        " zshrc profile"
        " pkgbuild apkbuild gradlew mvnw install-sh",
        "sh bash zsh dash ksh mksh pdksh ash rc bats busybox yash oksh openrc-run",
    ),
    "smalltalk": _Row("st", "", "gst"),
    "solidity": _Row("sol"),
    "sparql": _Row("sparql rq"),
    "sql": _Row(
        "sql ddl dml mysql pgsql psql plsql pls pck pkb pks plb pkg cql db2 udf viw prc hql", "", "psql"
    ),
    "stan": _Row("stan"),
    "standard-ml": _Row("sml sig fun", "", "sml poly"),
    "stata": _Row("do ado doh ihlp mata matah sthlp", "", "stata"),
    "systemverilog": _Row("sv svh vh"),
    "tcl": _Row("tcl tm adp sdc xdc tcl.in itk", "owh starfield", "tclsh wish expect"),
    "tcsh": _Row("csh tcsh", ".cshrc .tcshrc", "tcsh csh"),
    "tex": _Row("tex sty cls ltx dtx ins bib bbx cbx lbx latex mkii mkiv mkvi"),
    "thrift": _Row("thrift"),
    "typescript": _Row("ts mts cts", "", "deno ts-node tsx tsc"),
    "tsx": _Row("tsx"),
    "verilog": _Row("v veo"),
    "vhdl": _Row("vhd vhdl vho vhs vht vhw vhf vhi"),
    "visual-basic": _Row("vb vbs bas frm vba vbhtml ctl"),
    "xslt": _Row("xsl xslt"),
    "yacc": _Row("y yy yacc"),
    "yaml": _Row(
        "yaml yml cff syntax sublime-syntax yaml-tmlanguage mir reek rviz",
        ".clang-format .clang-tidy .clangd .gemrc glide.lock pixi.lock .prettierrc .stylelintrc"
        " .lintstagedrc",
    ),
    "zig": _Row("zig zon"),
}
LANGUAGES: tuple[str, ...] = (*_ROWS, TEXT)

_BY_EXTENSION: dict[str, str] = {}
_BY_NAME: dict[str, str] = {}
_BY_INTERPRETER: dict[str, str] = {}
for _language, _row in _ROWS.items():
    for _extension in _row.extensions.split():
        _BY_EXTENSION.setdefault(_extension, _language)
    _BY_NAME.update(dict.fromkeys(_row.names.split(), _language))
    _BY_INTERPRETER.update(dict.fromkeys(_row.interpreters.split(), _language))
# Compilers on systems whose names keep their case tell these from .c and .h.
_BY_CASED_EXTENSION = {"C": "cpp", "H": "cpp"}
# `Dockerfile.dev`, `Makefile.linux`: the first part says what the file is.
_LEADING_NAMES = ("dockerfile", "containerfile", "makefile", "gnumakefile", "jenkinsfile", "vagrantfile")
# Scripts of any language have these; a `#!` line knows better.
_SHARED_EXTENSIONS = frozenset({"t", "command", "cgi", "fcgi", "pl", "pro", "bb", "m"})
_SHEBANG = re.compile(r"#!\s*(\S+)(?:\s+(.*))?")
_VERSION = re.compile(r"[-.\d]+$")
_ENV_ASSIGNMENT = re.compile(r"\w+=")


def language_of(path: str, first_line: str = "") -> str:
    """A name of LANGUAGES. The first line counts where the name does not decide."""
    name = path.rpartition("/")[2]
    lower = name.lower()
    if found := _BY_NAME.get(lower):
        return found
    stem, _, extension = name.rpartition(".")
    if stem:
        by_extension = _BY_CASED_EXTENSION.get(extension) or _by_extension(lower)
        if by_extension and extension.lower() not in _SHARED_EXTENSIONS:
            return by_extension
        if not by_extension and (leading := lower.partition(".")[0]) in _LEADING_NAMES:
            return _BY_NAME[leading]
        return _by_shebang(first_line) or by_extension or TEXT
    return _by_shebang(first_line) or TEXT


def _by_extension(name: str) -> str | None:
    """By the last two parts if they mean something together (`.coffee.md`), else by the last."""
    rest, _, last = name.rpartition(".")
    before = rest.rpartition(".")
    return (_BY_EXTENSION.get(f"{before[2]}.{last}") if before[0] else None) or _BY_EXTENSION.get(last)


def _by_shebang(line: str) -> str | None:
    match = _SHEBANG.match(line.removeprefix("\ufeff"))
    if not match:
        return None
    words = [match[1], *(match[2] or "").split()]
    program = words[0].rpartition("/")[2]
    if program == "env":  # env -S NAME=value python3 -u
        rest = [word for word in words[1:] if not word.startswith("-") and not _ENV_ASSIGNMENT.match(word)]
        if not rest:
            return None
        program = rest[0].rpartition("/")[2]
    program = program.lower().removesuffix(".exe")
    return _BY_INTERPRETER.get(program) or _BY_INTERPRETER.get(_VERSION.sub("", program))
