"""What connections share."""

from typing import Annotated, Any

import strawberry

from services.paging import Page

First = Annotated[int | None, strawberry.argument(description="How many rows from the beginning or behind `after`.")]
After = Annotated[str | None, strawberry.argument(description="The cursor of the row before the page.")]


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there is more behind this page.")
    has_previous_page: bool = strawberry.field(description="Whether there is more before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first row; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last row; null on an empty page.")


def page_info(page: Page[Any]) -> PageInfo:
    return PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=page.cursor_of(page.rows[0]) if page.rows else None,
        end_cursor=page.cursor_of(page.rows[-1]) if page.rows else None,
    )
