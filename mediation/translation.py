from modeltranslation.translator import TranslationOptions, translator

from mediation.models import Committee


class NameOptions(TranslationOptions):
    fields = ("name",)


translator.register(Committee, NameOptions)
