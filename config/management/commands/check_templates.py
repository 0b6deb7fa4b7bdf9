"""`manage.py check_templates`: what a template can get wrong before anybody asks for its page."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management.base import BaseCommand, CommandError
from django.template import Engine, Node, Template, TemplateDoesNotExist, TemplateSyntaxError
from django.template.base import FilterExpression
from django.template.defaulttags import URLNode
from django.template.loader_tags import ExtendsNode, IncludeNode
from django.template.utils import get_app_template_dirs
from django.templatetags.static import StaticNode
from django.urls import URLResolver, get_resolver

# What the content security policy forbids would only show as a broken page in a browser. Mail has no such policy.
FORBIDDEN = {
    "inline style": re.compile(r"<style|\sstyle\s*=", re.IGNORECASE),
    "inline event handler": re.compile(r"\s(on[a-z]+|hx-on[:-][a-z:-]+)\s*=\s*[\"']", re.IGNORECASE),
    "inline script": re.compile(r"<script(?![^>]*(\ssrc=|type=\"application/(ld\+)?json\"))", re.IGNORECASE),
    "javascript: address": re.compile(r"=\s*[\"']?javascript:", re.IGNORECASE),
}


class Command(BaseCommand):
    help = "Compile every template and look up each template, address and static file that it names."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        names = sorted(set(template_names()))
        faults = [f"{name}: {fault}" for name in names for fault in faults_of(name)]
        if faults:
            raise CommandError("\n".join([f"{len(faults)} faults in templates", *faults]))
        self.stdout.write(f"{len(names)} templates hold together")


def template_names() -> Iterator[str]:
    """The names of the project's own templates."""
    for folder in map(Path, [*map(str, Engine.get_default().dirs), *map(str, get_app_template_dirs("templates"))]):
        if folder.is_relative_to(settings.BASE_DIR) and ".venv" not in folder.parts:
            yield from (str(file.relative_to(folder)) for file in folder.rglob("*") if file.suffix in (".html", ".txt"))


def faults_of(name: str) -> Iterator[str]:
    """What is wrong with one template, in words."""
    try:
        template = Engine.get_default().get_template(name)
    except TemplateSyntaxError as error:
        yield str(error)
        return
    if name.endswith(".html") and "email" not in Path(name).parts:
        for line, text in enumerate(template.source.splitlines(), start=1):
            yield from (f"line {line}: {what}" for what, pattern in FORBIDDEN.items() if pattern.search(text))
    yield from missing(template)


def missing(template: Template) -> Iterator[str]:
    """Templates, addresses and static files that a template names and that are not there."""
    for node in template.nodelist.get_nodes_by_type(Node):
        match node:
            case ExtendsNode():
                yield from missing_template(node.parent_name)
            case IncludeNode():
                yield from missing_template(node.template)
            case URLNode() if (view := literal(node.view_name)) and not is_address(view, get_resolver()):
                yield f"no address is named {view!r}"
            case StaticNode() if (path := literal(node.path)) and not finders.find(path):
                yield f"no static file {path!r}"


def literal(expression: object) -> str | None:
    """The text of an expression that is a plain string in the template."""
    match expression:
        case FilterExpression(var=str() as text, filters=[]):
            return str(text)
    return None


def missing_template(expression: object) -> Iterator[str]:
    if name := literal(expression):
        try:
            Engine.get_default().get_template(name)
        except TemplateDoesNotExist:
            yield f"no template {name!r}"
        except TemplateSyntaxError:
            return  # reported under its own name


def is_address(view: str, resolver: URLResolver) -> bool:
    """Whether `view` ("name" or "namespace:name") can be reversed with some arguments."""
    *namespaces, name = view.split(":")
    for namespace in namespaces:
        if namespace not in resolver.namespace_dict:
            return False
        _, resolver = resolver.namespace_dict[namespace]
    return name in resolver.reverse_dict
