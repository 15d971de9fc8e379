"""Where the files of a context lie in a stage, as its COPY lines put them there one after another."""

from collections.abc import Iterator, Mapping
from functools import cache
from posixpath import basename, join, normpath
from typing import Final

from attrs import field, frozen
from e2b_dockerfile_utils import DockerfileInstruction

from ci.adopt.picture import Picture
from ci.adopt.recipe import Recipe
from ci.inputs.copies import Source, flags, words_of
from ci.inputs.ignore import Ignore
from ci.inputs.sources import taken
from ci.inputs.stages import Stage
from ci.inputs.tree import Tree, is_glob

ROOT: Final = "/"


@frozen(kw_only=True)
class Moment:
    """What is there when a step begins."""

    step: DockerfileInstruction
    workdir: str
    copied: Mapping[str, str] = field(repr=False)  # by path in the stage: the file of the context
    dropped: Mapping[str, str] = field(repr=False)  # the same for what an ignore file keeps out of a copied folder

    def at(self, path: str) -> str:
        """A path in the stage, from the working directory."""
        return normpath(join(self.workdir, path))


def runs(picture: Picture) -> Iterator[tuple[Recipe, Stage, Moment]]:
    """Each RUN of each image, with its stage and what is there when it begins."""
    for recipe in picture.recipes:
        for stage in recipe.stages:
            for moment in moments(recipe, stage):
                if moment.step.name == "RUN" and moment.step in stage.steps:
                    yield recipe, stage, moment


@cache  # three checks look at the same stages
def moments(recipe: Recipe, stage: Stage) -> tuple[Moment, ...]:
    """Each step of a stage and of its parents, with what is there when it begins."""
    return tuple(_moments(recipe, stage))


def _moments(recipe: Recipe, stage: Stage) -> Iterator[Moment]:
    workdir, copied, dropped = ROOT, dict[str, str](), dict[str, str]()
    for each in stage.lineage:
        for step in each.steps:
            yield Moment(step=step, workdir=workdir, copied=copied, dropped=dropped)
            if step.name == "WORKDIR":
                workdir = normpath(join(workdir, each.scope.expand("".join(step.args)) or "."))
            if step.name in {"COPY", "ADD"} and recipe.tree and not any(flags(step, "from")):
                target = join(workdir, each.scope.expand(words_of(step, each.scope.escape)[-1]))
                for source in each.sources:
                    if source.line == step.start_line:
                        copied = {**copied, **dict(_placed(source, target, _taken(recipe.tree, source)))}
                        dropped = {**dropped, **dict(_placed(source, target, _kept_out(recipe.tree, source)))}


def _taken(tree: Tree, source: Source) -> Iterator[str]:
    return (node.path for node in taken(tree, source) if not node.is_folder)


def _kept_out(tree: Tree, source: Source) -> Iterator[str]:
    """What is in a folder of the repository and not in the context, each folder as a whole."""
    if source.include is not None or is_glob(source.base):
        return
    everything = Tree(tree.folder, Ignore())
    ahead = ["" if source.base == "." else source.base]
    while ahead:
        for node in everything.children(ahead.pop()):
            if tree.node(node.path) is None:
                yield node.path
            elif node.is_folder:
                ahead.append(node.path)


def _placed(source: Source, target: str, paths: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Where these files lie in the stage, and what each is in the context: a folder's content is copied, not itself."""
    depth = 0 if source.base == "." else source.base.count("/") + 1
    is_into = target.endswith(("/", "/.")) or is_glob(source.base)
    for path in paths:
        below = "/".join(path.split("/")[depth:])
        if source.include is not None:
            yield normpath(join(target, path)), path
        elif below:
            yield normpath(join(target, below)), path
        else:
            yield normpath(join(target, basename(path)) if is_into else target), path
