from modeltranslation.translator import TranslationOptions, translator

from mediation.models import Committee, FollowUpCode, FollowUpPlan, Room


class NameOptions(TranslationOptions):
    fields = ("name",)


translator.register(Committee, NameOptions)
translator.register(Room, NameOptions)
translator.register(FollowUpPlan, NameOptions)
translator.register(FollowUpCode, NameOptions)
