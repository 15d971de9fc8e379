"""Checks between the compose file, the images and services.toml: each says what holds, and finds where not."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from posixpath import dirname, join
from typing import Final

from ci.adopt.compose import ComposeFile
from ci.adopt.finding import Finding, fault, warning
from ci.adopt.picture import Picture
from ci.adopt.recipe import Recipe
from ci.compose.variables import image_variable, marker_of
from ci.host.stack import COMPOSE, KNOWN_HOSTS, VARIABLES

LISTENS: Final = ("ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "PORT")


def compose(picture: Picture) -> Iterator[Finding]:
    """Each host has its compose file, variables and known_hosts."""
    for stack in picture.stacks:
        if stack.variables_refused:
            place, _, refused = stack.variables_refused.partition(": ")
            yield fault(place, refused, "write NAME=value, as Compose reads it")
        if stack.answer.refused:
            yield fault(
                stack.answer.place(stack.lines),
                f"Compose refuses it: {stack.answer.refused}",
                "change it until `docker compose config` accepts it",
            )
        elif not stack.lines.has("name"):
            yield fault(
                f"{stack.path}:1",
                "it has no name, by which a deploy finds its containers",
                "add a line such as name: cfa",
            )
    for host in picture.catalogue.hosts:
        for name in (COMPOSE, VARIABLES, KNOWN_HOSTS):
            if (path := join(host.compose, name)) not in picture.files:
                yield fault(host.place, f"host {host.name} needs {path}, which is not there", f"add {path}")


def images(picture: Picture) -> Iterator[Finding]:
    """Compose takes each image from a variable."""
    for stack, recipe, name in _running(picture):
        ours, service = recipe.service.name, stack.services[name]
        if service.image != marker_of(ours):
            wanted = f"${{{image_variable(ours)}:-${{CI_REGISTRY_IMAGE}}/{ours}:dev}}"
            said = f"image: {service.image}" if service.image else "no image"
            yield fault(
                stack.lines.place("services", name, "image"),
                f"{name} has {said}: a deploy cannot hand it the image of {ours}",
                f"write image: {wanted}",
            )
        if "container_name" in service.keys:
            yield fault(
                stack.lines.place("services", name, "container_name"),
                f"{name} has a container_name: a deploy looks for PROJECT-{name}-1",
                "remove container_name",
            )
    for stack in _deployed(picture):
        for recipe in picture.recipes:
            if not stack.runs(recipe):
                yield fault(
                    stack.lines.place("services"),
                    f"no service runs {recipe.service.name}",
                    f"add one with image: ${{{image_variable(recipe.service.name)}:-"
                    f"${{CI_REGISTRY_IMAGE}}/{recipe.service.name}:dev}}",
                )


def health(picture: Picture) -> Iterator[Finding]:
    """Each service can be asked whether it is well."""
    for recipe in picture.recipes:
        service = recipe.service
        running = (stack.services[name] for stack in picture.stacks if (name := stack.runs(recipe)))
        checks = [other.healthcheck for other in running if other.healthcheck]
        own = [step for step in recipe.image_steps if step.name == "HEALTHCHECK"]
        if service.health:
            continue
        if not checks:
            yield fault(
                service.place, f"{service.name} has no health, and no healthcheck in compose: a deploy refuses it"
            )
        elif not any(check.get("test") for check in checks) and (not own or own[-1].args[:1] == ["NONE"]):
            yield warning(
                recipe.place(1),
                f"no HEALTHCHECK, and the healthcheck in compose has no test: {service.name} counts as well at once",
            )


def versions(picture: Picture) -> Iterator[Finding]:
    """A service that says which image it runs is told its name."""
    for stack, recipe, name in _running(picture):
        service, variable = recipe.service, image_variable(recipe.service.name)
        environment = stack.services[name].environment
        if service.version and not any(marker_of(service.name) in value for value in environment.values()):
            yield fault(
                stack.lines.place("services", name, "environment"),
                f"{name} is asked at {service.version} which image it runs, and nothing tells it",
                f'add to its environment: IMAGE_REF: "${{{variable}:-${{CI_REGISTRY_IMAGE}}/{service.name}:dev}}"',
            )


def ports(picture: Picture) -> Iterator[Finding]:
    """Ports are the same in Dockerfile, compose and services.toml, and taken once."""
    for stack in picture.stacks:
        yield from _taken(stack)
    for stack, recipe, name in _running(picture):
        yield from _not_as_declared(stack, recipe, name)
    for recipe in picture.recipes:
        yield from _listens_elsewhere(picture, recipe)


def variables(picture: Picture) -> Iterator[Finding]:
    """Each variable of the compose file is named in .env.dev."""
    for stack in _deployed(picture):
        for name in sorted(stack.unnamed):
            yield fault(stack.lines.place_of_variable(name), f"{name} has no default, and {VARIABLES} does not name it")


def beside(picture: Picture) -> Iterator[Finding]:
    """The compose file stands alone."""
    copied = {(host.compose, name) for host in picture.catalogue.hosts for name in host.files}
    for stack in picture.stacks:
        for keys, path in stack.beside:
            if (dirname(stack.path), path.removeprefix("./")) in copied:
                continue
            yield warning(stack.lines.place(*keys), f"it takes {path} from beside it, which `install` does not copy")


def _deployed(picture: Picture) -> Iterator[ComposeFile]:
    return (stack for stack in picture.stacks if picture.catalogue.hosts and stack.answer.project)


def _running(picture: Picture) -> Iterator[tuple[ComposeFile, Recipe, str]]:
    for stack in picture.stacks:
        for recipe in picture.recipes:
            if name := stack.runs(recipe):
                yield stack, recipe, name


def _taken(stack: ComposeFile) -> Iterator[Finding]:
    takers: Mapping[int, list[str]] = defaultdict(list)
    for name, service in stack.services.items():
        for port in service.ports:
            if port.host:
                takers[port.host].append(name)
    for host, (first, *others) in takers.items():
        for name in others:
            yield fault(
                stack.lines.place("services", name, "ports"),
                f"{name} publishes {host}, which {first} has already",
                "give each its own port, also in services.toml",
            )


def _not_as_declared(stack: ComposeFile, recipe: Recipe, name: str) -> Iterator[Finding]:
    service, ports = recipe.service, stack.services[name].ports
    wanted = f"{service.published}:{service.port}"
    if not any((port.host, port.container) == (service.published, service.port) and port.is_local for port in ports):
        published = ", ".join(map(str, ports)) or "nothing"
        yield fault(
            stack.lines.place("services", name, "ports"),
            f"{name} publishes {published}, {service.place} says {wanted}: a deploy asks 127.0.0.1:{service.published}",
            f'write ports: ["{wanted}"], or mend services.toml',
        )


def _listens_elsewhere(picture: Picture, recipe: Recipe) -> Iterator[Finding]:
    service = recipe.service
    for name, (value, place) in _told(picture, recipe).items():
        if re.search(r"//(?:localhost|127\.)", value):
            yield fault(place, f"{name}={value} listens inside the container alone", f"write http://+:{service.port}")
        elif (found := re.findall(r"\d+(?=/|;|$)", value)) and str(service.port) not in found:
            yield fault(place, f"{name}={value}, but {service.place} says port {service.port}")
    exposed = list(recipe.exposed)
    if exposed and service.port not in {port for _, port in exposed}:
        line, port = exposed[-1]
        yield warning(recipe.place(line), f"EXPOSE {port}, but {service.place} says port {service.port}")


def _told(picture: Picture, recipe: Recipe) -> Mapping[str, tuple[str, str]]:
    """The variables by which a service is told where to listen, each with its place; compose wins over the image."""
    told = {
        name: (stage.scope.variables.get(name, ""), recipe.place(step.start_line))
        for stage in recipe.image
        for step in stage.steps
        for name in (step.args[::3] if step.name == "ENV" else ())
        if name in LISTENS
    }
    for stack, other, service in _running(picture):
        place = stack.lines.place("services", service, "environment")
        given = stack.services[service].environment if other is recipe else {}
        told |= {name: (value, place) for name, value in given.items() if name in LISTENS}
    return told
