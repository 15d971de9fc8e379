"""Dockerfiles that copy, each with its context: what the engine takes is what the inputs must be."""

from pathlib import Path
from posixpath import normpath

from attrs import evolve, frozen

from ci.catalogue import Service

BASE = "debian:bookworm-slim"


@frozen
class Case:
    """A context in the manner of `ls -F`, and a Dockerfile that copies to /out."""

    id: str
    dockerfile: str
    files: str
    ignore: str = ""
    own_ignore: str | None = None
    context: str = "."
    args: tuple[tuple[str, str], ...] = ()
    linked: bool = False  # the Dockerfile and the ignore file are links

    def lay(self, root: Path) -> None:
        context = root / self.context
        for line in filter(None, self.files.split("\n")):
            _lay(context, line)
        runs = "RUN " in self.dockerfile
        text = (
            self.dockerfile if "FROM " in self.dockerfile else f"FROM {BASE if runs else 'scratch'}\n{self.dockerfile}"
        )
        self._write_rules(context, "Dockerfile", text)
        if self.ignore:
            self._write_rules(context, ".dockerignore", self.ignore)
        if self.own_ignore is not None:
            _write(context / "Dockerfile.dockerignore", self.own_ignore)

    def _write_rules(self, context: Path, name: str, text: str) -> None:
        _write(context / (f"rules/{name}.text" if self.linked else name), text)
        if self.linked:
            (context / name).symlink_to(f"rules/{name}.text")

    @property
    def service(self) -> Service:
        return Service(
            name="case",
            kind="dotnet",
            group="backends",
            dockerfile=normpath(f"{self.context}/Dockerfile"),
            context=self.context,
            port=1,
            published=1,
            memory=1,
            seconds=1,
            args=dict(self.args),
            place="services.toml:1",
        )


def _lay(context: Path, line: str) -> None:
    name, arrow, target = line.partition(" -> ")
    path = context / name.rstrip("*")
    path.parent.mkdir(parents=True, exist_ok=True)
    if arrow:
        path.symlink_to(target)
    elif name.endswith("/"):
        path.mkdir(exist_ok=True)
    else:
        _write(path, path.relative_to(context).as_posix())  # so that a file is known by its content wherever it lands
        path.chmod(0o775 if name.endswith("*") else 0o666)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


TREE = """
README.md
a.txt
b.txt
run.sh*
src/main.c
src/main.h
src/deep/er/x.c
src/deep/er/x.md
src/empty/
src/link.c -> main.c
src/dangling -> nowhere
src/up -> ../a.txt
docs/one.md
docs/two.md
docs/more/three.md
node_modules/lib/index.js
"""

SHAPES = [
    Case("file", "COPY a.txt /out/", TREE),
    Case("file under another name", "COPY a.txt /out/other", TREE),
    Case("several files", "COPY a.txt ./b.txt /README.md /out/", TREE),
    Case("folder", "COPY src /out", TREE),
    Case("folder with slash", "COPY src/ /out/", TREE),
    Case("folder below", "COPY src/deep/ /out/", TREE),
    Case("empty folder", "COPY src/empty /out/", TREE),
    Case("whole context", "COPY . /out", TREE),
    Case("whole context by slash", "COPY / /out", TREE),
    Case("path with dots inside", "COPY src/../docs/./one.md /out/", TREE),
    Case("executable bit", "COPY run.sh a.txt /out/", TREE),
    Case("ADD folder and file", "ADD src a.txt /out/", TREE),
    Case("same file twice", "COPY a.txt /out/1\nCOPY a.txt /out/2", TREE),
    Case("overlapping sources", "COPY src /out/src\nCOPY src/deep /out/deep\nCOPY src/main.c /out/", TREE),
]

GLOBS = [
    Case("star", "COPY *.txt /out/", TREE),
    Case("star of folders", "COPY s* /out/", TREE),
    Case("star over all", "COPY * /out/", TREE),
    Case("star in the middle", "COPY src/*/er /out/", TREE),
    Case("star in two parts", "COPY d*/*.md /out/", TREE),
    Case("question mark", "COPY ?.txt /out/", TREE),
    Case("class", "COPY [ab].txt /out/", TREE),
    Case("class of a range, negated", "COPY [^b-z].txt /out/", TREE),
    Case("negated class over a slash", "COPY docs[^x]one.md /out/", TREE),
    Case("two stars are one", "COPY src/**/x.c /out/\nCOPY a.txt /out/", TREE),
    Case("two stars alone", "COPY **/*.md /out/", TREE),
    Case("no match", "COPY a.txt missing*.lock /out/", TREE),
    Case("no match in a folder", "COPY docs/*.json /out/\nCOPY a.txt /out/", TREE),
    Case("malformed", "COPY a.txt [a /out/", TREE),
    Case("bracket escaped in a class", "COPY x[[]0].txt /out/", "x[0].txt\nx0.txt"),
    Case("star on links", "COPY src/*.c /out/", TREE),
    Case("star does not descend links", "COPY d/*/f /out/", "real/a/f\nd/l -> ../real/a\nd/m/f"),
    Case("below a link", "COPY l/*.txt /out/", "real/a.txt\nreal/b.md\nl -> real"),
    Case("ADD star", "ADD *.txt /out/", TREE),
]

WORDS = [
    Case("ARG", "ARG WHAT=src\nCOPY $WHAT /out/", TREE),
    Case("ARG of the caller", "ARG WHAT=src\nCOPY ${WHAT}/one.md /out/", TREE, args=(("WHAT", "docs"),)),
    Case("ARG before FROM", "ARG WHAT=docs\nFROM scratch\nARG WHAT\nCOPY ${WHAT} /out/", TREE),
    Case("ARG before FROM, not declared", "ARG W=docs\nFROM scratch\nCOPY a.txt$W /out/", TREE),
    Case("ENV", "ENV A=do B=cs\nENV C=${A}${B}\nCOPY $C /out/", TREE),
    Case("ENV read before it is set", "ENV A=docs\nENV A=src B=$A\nCOPY $B /out/", TREE),
    Case("ENV in the old form", "ENV A docs\nCOPY $A /out/", TREE),
    Case("ENV of a parent stage", "FROM scratch AS one\nENV A=docs\nFROM one\nCOPY $A /out/", TREE),
    Case("default", "COPY ${NOPE:-docs} /out/", TREE),
    Case("alternative", "ARG X=1\nCOPY ${X:+docs} /out/", TREE),
    Case("suffix cut", "ARG X=a.txt.bak\nCOPY ${X%.bak} /out/", TREE),
    Case("replaced", "ARG X=a-txt\nCOPY ${X/-/.} /out/", TREE),
    Case("glob from a variable", "ARG X=*\nCOPY docs/$X.md /out/", TREE),
    Case("platform", "ARG TARGETARCH\nCOPY $TARGETARCH /out/", "amd64/x\narm64/x"),
    Case("JSON", 'COPY ["a b.txt", "/out/"]', "a b.txt\na\nb.txt"),
    Case("quoted", 'COPY "a.txt" \'b.txt\' "/out/"', TREE),
    Case("escaped", "COPY a\\.txt /out/", TREE),
    Case(
        "Cyrillic and spaces", 'COPY ["договор №1/", "/out/"]\nCOPY рис*.txt /out/', "договор №1/а б.txt\nрисунок.txt"
    ),
    Case("continued", "COPY a.txt \\\n  # why\n\n  b.txt \\\n  /out/", TREE),
    Case("escape directive", "# escape=`\nFROM scratch\nCOPY a.txt `\n b.txt /out/", TREE),
    Case("syntax directive", "# syntax=docker/dockerfile:1\nFROM scratch\nCOPY a.txt /out/", TREE),
    Case("lower case", "from scratch as x\ncopy a.txt /out/", TREE),
    Case("heredoc", "COPY <<one <<two a.txt /out/\nCOPY b.txt /\none\nfoo\ntwo", TREE),
    Case("no heredoc", "RUN mkdir /out && echo $(( 1 << 3 )) > /out/eight\nCOPY a.txt /out/", TREE),
    Case("above the context", "COPY ../a.txt docs/../../b.txt /out/", TREE),
    Case("no-break space", "COPY a\u00a0b c\u0085d /out/", "a\u00a0b\na\nb\nc\u0085d"),
    Case(
        "variable that is set in the stage",
        f"FROM {BASE}\nARG X\nENV Y=docs\nCOPY $Y${{X:+/more}} /out/",
        TREE,
        args=(("X", "1"),),
    ),
    Case("heredoc of a RUN", "RUN <<EOF\nmkdir -p /out\nCOPY b.txt / || true\nEOF\nCOPY a.txt /out/", TREE),
    Case("CRLF", "FROM scratch\r\nCOPY a.txt \\\r\n b.txt /out/\r\n", TREE),
]

FLAGS = [
    Case("chown and chmod", "COPY --chown=1:1 --chmod=600 a.txt docs /out/", TREE),
    Case("link", "COPY --link src /out/", TREE),
    Case("parents", "COPY --parents src/deep/er/x.c docs/one.md /out/", TREE),
    Case("parents of a folder", "COPY --parents src/deep /out/", TREE),
    Case("parents with stars", "COPY --parents **/*.md /out/", TREE),
    Case("parents with a pivot", "COPY --parents src/./deep/er/*.c /out/", TREE),
    Case("parents with a star before the pivot", "COPY --parents s*/./deep /out/", TREE),
    Case("parents of links", "COPY --parents src/*.c src/up /out/", TREE),
    Case("parents by slash", "COPY --parents /docs/more /out/", TREE),
    Case("exclude", "COPY --exclude=*.md --exclude=**/*.h src docs /out/", TREE),
    Case("exclude deep", "COPY --exclude=**/*.md . /out/", TREE),
    Case("exclude all of a folder", "COPY --exclude=* docs /out/", TREE),
    Case("exclude with exception", "COPY --exclude=deep --exclude=!deep/er/x.c src /out/", TREE),
    Case("exclude of a named file", "COPY --exclude=*.txt a.txt /out/", TREE),
    Case("exclude with a glob", "COPY --exclude=main.* s* /out/", TREE),
    Case("exclude with a slash in front", "COPY --exclude=/more docs /out/", TREE),
    Case("exception that is not clean", "COPY --exclude=*.md --exclude=!./one.md docs /out/", TREE),
    Case("exclude of a class", "COPY --exclude=[ot]*.md docs /out/", TREE),
    Case("parents of letters outside ASCII", "COPY --parents д/é* /out/", "д/é1\nд/e1\nд/ё"),
    Case("exclude that begins with #", "COPY --exclude=#x d /out/", "d/#x\nd/y"),
    Case("exclude with parents", "COPY --parents --exclude=**/x.c src docs /out/", TREE),
    Case("ADD exclude", "ADD --exclude=*.md docs /out/", TREE),
]

STAGES = [
    Case("from a stage", "FROM scratch AS one\nCOPY docs /d\nFROM scratch\nCOPY --from=one /d /out/", TREE),
    Case("from a number", "FROM scratch\nCOPY docs /d\nFROM scratch\nCOPY --from=0 /d /out/", TREE),
    Case("from an image", f"COPY --from={BASE} /etc/debian_version /out/\nCOPY a.txt /out/", TREE),
    Case("unused stage", "FROM scratch AS no\nCOPY missing /\nFROM scratch\nCOPY a.txt /out/", TREE),
    Case("ONBUILD of a stage", "FROM scratch AS one\nONBUILD COPY docs /out/docs\nFROM one\nCOPY a.txt /out/", TREE),
    Case(
        "ONBUILD holds once",
        "FROM scratch AS one\nONBUILD ARG W=src\nONBUILD COPY $W /out/\nFROM one AS two\nCOPY a.txt /out/\nFROM two",
        TREE,
    ),
    Case("unused stage with faults", 'FROM scratch AS no\nCOPY "a b" ${X:?} /\nFROM scratch\nCOPY a.txt /out/', TREE),
    Case("image in quotes", f'COPY --from="{BASE}" /etc/debian_version /out/\nCOPY a.txt /out/', TREE),
    Case(
        "image of a comment too",
        f"RUN \\\n  # {BASE}\n  --mount=from={BASE},source=/etc,target=/e \\\n  mkdir /out && cp /e/shells /out/\n"
        "COPY a.txt /out/",
        TREE,
    ),
    Case("stage on a stage", "FROM scratch AS one\nCOPY docs /out/\nFROM one\nCOPY a.txt /out/", TREE),
    Case("bind of a folder", "RUN --mount=type=bind,source=src,target=/m cp -a /m /out", TREE),
    Case("bind of a file", "RUN --mount=source=docs/one.md,target=/m mkdir /out && cat /m > /out/m", TREE),
    Case("bind of all", "RUN --mount=target=/m cp -a /m /out", TREE),
    Case(
        "bind of a folder in brackets", "RUN --mount=source=app/[slug],target=/m cp -a /m /out", "app/[slug]/p\napp/s/q"
    ),
    Case("bind above the context", "RUN --mount=source=src/../../docs,target=/m cp -a /m /out", TREE),
    Case("bind of two sources", "RUN --mount=source=src,src=docs,target=/m cp -a /m /out", TREE),
    Case("bind through a link", "RUN --mount=src=l,dst=/m cp -a /m /out", "real/a\nreal/b\nl -> real\nother"),
    Case("bind with a variable", "ARG W=docs\nRUN --mount=source=$W,target=/m cp -a /m /out", TREE),
    Case(
        "bind from a stage",
        f"FROM scratch AS s\nCOPY docs /d\nFROM {BASE}\nRUN --mount=from=s,source=/d,target=/m cp -a /m /out",
        TREE,
    ),
    Case("cache takes nothing", "RUN --mount=type=cache,source=src,target=/c mkdir /out\nCOPY a.txt /out/", TREE),
]

LINKS = [
    Case("link to a file", "COPY l /out/", "a\nl -> a"),
    Case("link to a folder", "COPY l /out/", "d/a\nd/b\nl -> d\nother"),
    Case("link to a link", "COPY l /out/", "d/a\nm -> d\nl -> ./m/a"),
    Case("link on the way", "COPY l/sub/x /out/", "d/sub/x\nd/sub/y\nl -> d"),
    Case("link out of the context", "COPY d /out/", "d/x\nd/l -> /etc/passwd\nd/up -> ../../../etc"),
    Case("link that stays inside by clamping", "COPY l /out/", "d/x\nl -> ../../d"),
    Case("absolute link inside", "COPY l /out/", "d/x\nl -> /d"),
    Case("link in a folder stays a link", "COPY d /out/", "d/l -> ../e\ne/x"),
    Case("ADD of a link", "ADD l /out/", "a\nl -> a"),
]

IGNORES = [
    Case("folder", "COPY . /out", TREE, "node_modules\n"),
    Case("any depth", "COPY . /out", TREE, "**/*.md\n"),
    Case("star at the top", "COPY . /out", TREE, "*.md\n*/deep\n"),
    Case("exception", "COPY . /out", TREE, "docs\n!docs/more/three.md\n"),
    Case("exception in the middle of folders", "COPY . /out", TREE, "src\n!src/*/er\nsrc/deep/er/*.md\n"),
    Case("all but", "COPY . /out", TREE, "*\n!src\n!a.txt\n"),
    Case("all but, from a folder", "COPY src /out", TREE, "*\n!src/deep\n"),
    Case("slashes", "COPY . /out", TREE, "/node_modules/\ndocs/\n./src/deep/\n"),
    Case("comments and blanks", "COPY . /out", TREE + "#x", "# docs\n\n   \n #x\n docs \n"),
    Case("question mark and class", "COPY . /out", TREE, "?.txt\nsrc/main.[ch]\n"),
    Case("escape", "COPY . /out", "a*b\na1b\nc", "a\\*b\n"),
    Case("byte order mark and CRLF", "COPY . /out", TREE, "\ufeffdocs\r\nsrc/deep\r\n"),
    Case("the Dockerfile itself", "COPY . /out", TREE, "Dockerfile\n.dockerignore\n"),
    Case("all files of a folder", "COPY . /out", TREE, "docs/*\n"),
    Case("its own ignore file", "COPY . /out", TREE, "docs\n", own_ignore="src\n"),
    Case("its own, dropping itself", "COPY . /out", TREE, "docs\n", own_ignore="src\nDockerfile*\n"),
    Case("its own, empty", "COPY . /out", TREE, "docs\n", own_ignore=""),
    Case("its own, of comments", "COPY . /out", TREE, "docs\n", own_ignore="# none\n"),
    Case("a glob of dropped files", "COPY *.md a.txt /out/", TREE, "*.md\n"),
    Case("exception below a glob", "COPY d* /out/", TREE, "docs/*\n!docs/one.md\n"),
    Case("bind", "RUN --mount=target=/m cp -a /m /out", TREE, "src\n!src/main.c\n"),
    Case("behind links", "COPY . /out", TREE, "docs\nrules\n", linked=True),
    Case("another context", "COPY . /out", TREE, "docs\n", context="services/one"),
]

CASES = SHAPES + GLOBS + WORDS + FLAGS + STAGES + LINKS + [evolve(case, id=f"ignore: {case.id}") for case in IGNORES]
