"""What a host keeps of its deploys, as files: true after a red deploy too."""

import dagger

from ci.errors import PipelineError
from ci.host.deploy import status_and_journal
from ci.host.journal import Journal
from ci.host.page import page_of, unreachable
from ci.host.site import Site
from ci.page.folder import folder
from ci.report import json_of


async def report_folder(site: Site) -> dagger.Directory:
    """The last release and what runs, as a report; a host that does not answer is said there."""
    try:
        seen, said = await status_and_journal(site)
    except PipelineError as fault:
        return folder(unreachable(site.host.name, str(fault)))
    record = {
        "host": seen.host,
        "releases": seen.facts.releases,
        "containers": seen.facts.containers,
        "faults": seen.faults,
    }
    return folder(page_of(seen, Journal.parse(said)), json_of(record))
