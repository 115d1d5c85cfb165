"""``gcm-draft templates``: list, show, make your own."""

from __future__ import annotations

import click

from assistant.cli import common


@click.group("templates", epilog="Example: gcm-draft templates list")
def command() -> None:
    """Briefing templates: the shipped ones and your own beside them."""


@command.command("list", epilog="Example: gcm-draft templates list")
@common.everywhere
def list_() -> None:
    """The templates there are."""
    from assistant import rendering

    for template in rendering.list_templates():
        whose = (
            ""
            if template.shipped
            else " (yours, in place of the shipped one)"
            if template.hides
            else " (yours)"
        )
        click.echo(
            f"{click.style(template.name, bold=True)}{whose}: {template.header.title}. {template.header.description}"
        )
    click.echo(f"Your own templates: {rendering.user_folder()}", err=True)


@command.command("show", epilog="Example: gcm-draft templates show talking-points")
@click.argument("name")
@click.option("--source-only", is_flag=True, help="Without the sample.")
@common.everywhere
def show(name: str, source_only: bool) -> None:
    """The source of template NAME and a sample of what it makes."""
    from assistant import rendering

    template = rendering.load_template(name)
    click.echo(template.source)
    if not source_only:
        library = common.open_library()
        click.echo('\n----- sample: gcm-draft "ethical recruitment" -----\n')
        brief = library.draft("ethical recruitment", template=name, per_section=2)
        click.echo(library.render(brief, "md").decode("utf-8"), nl=False)


@command.command("new", epilog="Example: gcm-draft templates new my-note --from briefing-note")
@click.argument("name")
@click.option(
    "--from", "base", default="briefing-note", show_default=True, help="The template to start from."
)
@common.everywhere
def new(name: str, base: str) -> None:
    """A template of your own, called NAME, as a copy to edit."""
    from assistant import rendering

    path = rendering.new_template(name, base)
    click.echo(f'Edit {path}\nthen try it: gcm-draft "ethical recruitment" -t {name}')
