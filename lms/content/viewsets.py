"""Law and contacts in the admin, in the words of those who keep them true."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from lms.content.models import ContactPoint, LegalReference
from lms.lib.dates import today


class LegalReferenceViewSet(SnippetViewSet):
    model = LegalReference
    icon = "clipboard-list"
    menu_label = _("Law")
    list_display = [
        "title",
        "sfs",
        Column("checked_on", label=_("checked on"), sort_key="checked_on"),
        Column("certainty", label=_("certainty"), accessor="get_certainty_display"),
    ]
    list_filter = ["certainty"]
    search_fields = ["title", "code", "summary"]
    panels = [
        HelpPanel(
            content=_(
                "Texts quote the law by its code, so a change here reaches every page and course "
                "at once. When a section is replaced: fill in its last day and choose the new one."
            )
        ),
        FieldPanel("title"),
        FieldRowPanel([FieldPanel("code"), FieldPanel("sfs")]),
        FieldPanel("url"),
        FieldPanel("summary"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("valid_from"), FieldPanel("valid_until")]),
                FieldPanel("replaced_by"),
            ],
            heading=_("In force"),
        ),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("checked_on"), FieldPanel("certainty")])],
            heading=_("Checked against the published text"),
        ),
    ]


class ShownNumberColumn(Column):
    """The number as readers see it today."""

    def get_value(self, instance: ContactPoint) -> str:
        return instance.phone_on(today()) or str(_("not shown"))


class ContactPointViewSet(SnippetViewSet):
    model = ContactPoint
    icon = "mail"
    menu_label = _("Contacts")
    list_display = [
        "name",
        ShownNumberColumn("shown", label=_("number shown today")),
        Column("expires_on", label=_("verify again before"), sort_key="expires_on"),
        Column("audience", label=_("shown to"), accessor="get_audience_display"),
    ]
    list_filter = ["audience", "certainty"]
    search_fields = ["name", "code", "note"]
    panels = [
        HelpPanel(
            content=_(
                "A number is shown only while it is verified. Call it, then fill in today's date "
                "and the day by which it must be verified again. Until then readers see the name "
                "and the link."
            )
        ),
        FieldPanel("name"),
        FieldRowPanel([FieldPanel("code"), FieldPanel("audience")]),
        FieldRowPanel([FieldPanel("phone"), FieldPanel("hours")]),
        FieldPanel("url"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("verified_on"), FieldPanel("expires_on")]),
                FieldPanel("certainty"),
            ],
            heading=_("Verified"),
        ),
        FieldPanel("note"),
    ]


class ReferencesGroup(SnippetViewSetGroup):
    items = (LegalReferenceViewSet, ContactPointViewSet)
    menu_label = _("Law and contacts")
    menu_icon = "clipboard-list"
    menu_order = 250
