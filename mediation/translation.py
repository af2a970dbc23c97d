from modeltranslation.translator import TranslationOptions, translator

from mediation.models import Committee, Room


class NameOptions(TranslationOptions):
    fields = ("name",)


translator.register(Committee, NameOptions)
translator.register(Room, NameOptions)
