from modeltranslation.translator import TranslationOptions, translator

from intake.models import Campaign, OutreachGroup


class NameOptions(TranslationOptions):
    fields = ("name",)


translator.register(OutreachGroup, NameOptions)
translator.register(Campaign, NameOptions)
