"""What a host keeps of its deploys, as files: true after a red deploy too."""

import dagger
from dagger import dag

from ci.errors import PipelineError
from ci.host.deploy import status_and_journal
from ci.host.report import markdown
from ci.host.site import Site
from ci.report import json_of


async def report_folder(site: Site) -> dagger.Directory:
    """The last release and what runs, as report.md and report.json; a host that does not answer is said there."""
    try:
        seen, said = await status_and_journal(site)
    except PipelineError as fault:
        return dag.directory().with_new_file("report.md", f"# {site.host.name} cannot be asked\n\n{fault}\n")
    record = {
        "host": seen.host,
        "releases": seen.facts.releases,
        "containers": seen.facts.containers,
        "faults": seen.faults,
    }
    return (
        dag.directory().with_new_file("report.md", markdown(seen, said)).with_new_file("report.json", json_of(record))
    )
