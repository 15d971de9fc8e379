"""Checks between the compose file, the images and services.toml: each says what holds, and finds where not."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import product
from posixpath import dirname, join, normpath
from typing import Final

from ci.adopt.compose import LISTENS, ComposeFile, ports_in
from ci.adopt.finding import Finding, fault, warning
from ci.adopt.picture import Picture
from ci.adopt.recipe import Recipe, variables_of
from ci.catalogue import Service
from ci.compose.project import ComposeService
from ci.compose.variables import handed_over, marker_of
from ci.host.stack import COMPOSE, KNOWN_HOSTS, VARIABLES

DEVELOPMENT: Final = r"(?i)dev(?:elop(?:ment)?)?|local|debug|watch"


def compose(picture: Picture) -> Iterator[Finding]:
    """Each host has its compose file, variables and known_hosts."""
    for stack in picture.stacks:
        if stack.variables_refused:
            place, _, refused = stack.variables_refused.partition(": ")
            yield fault(place, refused, "write NAME=value, as Compose reads it")
        if stack.answer.refused:
            what = f"Compose refuses it: {stack.answer.refused}"
            yield fault(stack.answer.place(stack.lines), what, "change it until `docker compose config` accepts it")
        elif not stack.lines.has("name"):
            what = "it has no name, by which a deploy finds its containers"
            yield fault(f"{stack.path}:1", what, "add a line such as name: cfa")
    for host in picture.catalogue.hosts:
        for name in (COMPOSE, VARIABLES, KNOWN_HOSTS):
            if (path := normpath(join(host.compose, name))) not in picture.files:
                yield fault(host.place, f"host {host.name} needs {path}, which is not there", f"add {path}")


def images(picture: Picture) -> Iterator[Finding]:
    """Compose takes each image from a variable."""
    for stack, recipe, service in picture.running():
        ours, name = recipe.service.name, service.name
        if service.image != marker_of(ours):
            said = f"image: {service.image}" if service.image else "no image"
            what = f"{name} has {said}: a deploy cannot hand it the image of {ours}"
            yield fault(stack.place(service, "image"), what, f"write image: {handed_over(ours)}")
        if "container_name" in service.keys:
            what = f"{name} has a container_name: a deploy looks for PROJECT-{name}-1"
            yield fault(stack.place(service, "container_name"), what, "remove container_name")
    for stack, recipe in product(_deployed(picture), picture.recipes):
        if not stack.runs(recipe):
            ours = recipe.service.name
            mend = f"add one with image: {handed_over(ours)}"
            yield fault(stack.lines.place("services"), f"no service runs {ours}", mend)


def health(picture: Picture) -> Iterator[Finding]:
    """Each service can be asked whether it is well."""
    for recipe in picture.recipes:
        ours, own = recipe.service, recipe.image_steps("HEALTHCHECK")
        if ours.health:
            continue
        running = list(picture.running(recipe))
        checks = [service.healthcheck for _, _, service in running if service.healthcheck]
        off = [stack.place_off(service) for stack, _, service in running if service.check_is_off]
        if not checks and off:
            yield fault(off[0], "its health check is switched off, and it has no health: a deploy refuses it")
        elif not checks:
            fix = "" if ours.port else "give it a healthcheck in the host's compose file"
            yield fault(ours.place, "it has no health, and no healthcheck in compose: a deploy refuses it", fix)
        elif not any(check.get("test") for check in checks) and (not own or own[-1].args[:1] == ["NONE"]):
            what = f"no HEALTHCHECK, and the healthcheck in compose has no test: {ours.name} counts as well at once"
            yield warning(recipe.place(), what)


def targets(picture: Picture) -> Iterator[Finding]:
    """No image is that of a stage for development."""
    for stack, recipe, service in picture.running():
        is_empty = bool(recipe.image) and not recipe.image[-1].sources
        if service.build and re.fullmatch(DEVELOPMENT, service.build.target) and is_empty:
            what = f"the stage {service.build.target} copies no sources: its image works only where they are mounted"
            yield warning(stack.place(service, "build", "target"), what)


def versions(picture: Picture) -> Iterator[Finding]:
    """A service that says which image it runs is told its name."""
    for stack, recipe, service in picture.running():
        ours, path = recipe.service.name, recipe.service.version
        if path and not any(marker_of(ours) in value for value in service.environment.values()):
            what = f"{service.name} is asked at {path} which image it runs, and nothing tells it"
            mend = f'add to its environment: IMAGE_REF: "{handed_over(ours)}"'
            yield fault(stack.place(service, "environment"), what, mend)


def ports(picture: Picture) -> Iterator[Finding]:
    """Ports are the same in Dockerfile, compose and services.toml, and taken once."""
    for stack in picture.stacks:
        yield from _taken(stack)
    for stack, recipe, service in picture.running():
        yield from _not_as_declared(stack, recipe.service, service)
    for recipe in picture.recipes:
        yield from _listens_elsewhere(picture, recipe)


def variables(picture: Picture) -> Iterator[Finding]:
    """Each variable of the compose file is named in .env.dev."""
    for stack in _deployed(picture):
        for name in sorted(stack.unnamed):
            yield fault(stack.lines.place_of_variable(name), f"{name} has no default, and {VARIABLES} does not name it")


def beside(picture: Picture) -> Iterator[Finding]:
    """The compose file stands alone."""
    copied = {normpath(join(host.compose, name)) for host in picture.catalogue.hosts for name in host.files}
    for stack in picture.stacks:
        for place, path in stack.beside:
            if normpath(join(dirname(stack.path), path)) not in copied:
                yield warning(place, f"it takes {path} from beside it, which `install` does not copy")


def _deployed(picture: Picture) -> Iterator[ComposeFile]:
    return (stack for stack in picture.stacks if picture.catalogue.hosts and stack.answer.project)


def _taken(stack: ComposeFile) -> Iterator[Finding]:
    takers = defaultdict[int, list[ComposeService]](list)
    for service in stack.services:
        for port in service.ports:
            if port.host:
                takers[port.host].append(service)
    for host, (first, *others) in takers.items():
        for service in (other for other in others if other.profiles == first.profiles):  # others start in their stead
            what = f"{service.name} publishes {host}, which {first.name} has already"
            yield fault(stack.place(service, "ports"), what, "give each its own port, also in services.toml")


def _not_as_declared(stack: ComposeFile, ours: Service, service: ComposeService) -> Iterator[Finding]:
    if not (ours.health or ours.version or ours.sign_in):
        return  # nobody asks it
    if not any((port.host, port.container) == (ours.published, ours.port) and port.is_local for port in service.ports):
        published = ", ".join(map(str, service.ports)) or "nothing"
        wanted = f"{ours.published}:{ours.port}"
        what = f"{service.name} publishes {published}, {ours.place} says {wanted}"
        mend = f'write ports: ["{wanted}"], or mend services.toml'
        yield fault(stack.place(service, "ports"), f"{what}: a deploy asks 127.0.0.1:{ours.published}", mend)


def _listens_elsewhere(picture: Picture, recipe: Recipe) -> Iterator[Finding]:
    ours = recipe.service
    for name, (value, place) in _told(picture, recipe).items():
        if re.search(r"//(?:localhost|127\.)", value):
            yield fault(
                place, f"{name}={value} listens inside the container alone", f"write http://+:{ours.port or 'PORT'}"
            )
        elif ours.port and (numbers := ports_in(value)) and ours.port not in numbers:
            yield fault(place, f"{name}={value}, but {ours.place} says port {ours.port}")
    exposed = list(recipe.exposed)
    if ours.port and exposed and ours.port not in {port for _, port in exposed}:
        place, port = exposed[-1]
        yield warning(place, f"EXPOSE {port}, but {ours.place} says port {ours.port}")


def _told(picture: Picture, recipe: Recipe) -> Mapping[str, tuple[str, str]]:
    """The variables by which a service is told where to listen, each with its place; compose wins over the image."""
    told = {
        name: (stage.scope.variables.get(name, ""), recipe.place(step))
        for stage in recipe.image
        for step in stage.steps
        for name in (variables_of(step) if step.name == "ENV" else ())
        if name in LISTENS
    }
    for stack, _, service in picture.running(recipe):
        place = stack.place(service, "environment")
        told |= {name: (value, place) for name, value in service.environment.items() if name in LISTENS}
    return told
