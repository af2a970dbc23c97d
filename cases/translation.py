from modeltranslation.translator import TranslationOptions, translator

from cases.models import Category, CodeEntry, LimitRule


class NameOptions(TranslationOptions):
    fields = ("name",)


class LimitOptions(TranslationOptions):
    fields = ("name", "basis")


translator.register(Category, NameOptions)
translator.register(CodeEntry, NameOptions)
translator.register(LimitRule, LimitOptions)
