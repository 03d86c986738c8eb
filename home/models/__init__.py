"""The arena's pages, and what search knows of them."""

from home.models.articles import ArticlePage, ArticleTag
from home.models.finding import SearchEntry, SearchTerm
from home.models.pages import ArenaIndexPage, PublicStartPage, StandardPage

__all__ = [
    "ArenaIndexPage",
    "ArticlePage",
    "ArticleTag",
    "PublicStartPage",
    "SearchEntry",
    "SearchTerm",
    "StandardPage",
]
